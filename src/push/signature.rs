//! Whether a delivery is the hub's (W6).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// Whether `X-Hub-Signature` is that of this very body under this secret (W6, WebSub §7.1). `method=hex` with sha1, sha256, sha384 or sha512, of which most
/// hubs still send the first; compared in constant time. A missing, malformed or unknown one is wrong.
pub fn is_signed(secret: &str, header: Option<&str>, body: &[u8]) -> bool {
    let Some((method, signature)) = header.and_then(|header| header.split_once('=')) else {
        return false;
    };
    let Some(signature) = bytes(signature.trim()) else {
        return false;
    };
    let secret = secret.as_bytes();
    match method.trim().to_ascii_lowercase().as_str() {
        "sha1" => verifies::<Hmac<Sha1>>(secret, body, &signature),
        "sha256" => verifies::<Hmac<Sha256>>(secret, body, &signature),
        "sha384" => verifies::<Hmac<Sha384>>(secret, body, &signature),
        "sha512" => verifies::<Hmac<Sha512>>(secret, body, &signature),
        _ => false,
    }
}

fn verifies<M: Mac + KeyInit>(secret: &[u8], body: &[u8], signature: &[u8]) -> bool {
    // Any length will do for a key of an HMAC.
    <M as KeyInit>::new_from_slice(secret)
        .is_ok_and(|mac| mac.chain_update(body).verify_slice(signature).is_ok())
}

/// Longest signature in bytes: SHA-512's.
const LONGEST: usize = 64;

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || hex.len() > LONGEST * 2 || !hex.is_ascii() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    hex.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202 and RFC 4231, test case 2.
    const KEY: &str = "Jefe";
    const BODY: &[u8] = b"what do ya want for nothing?";
    const SIGNED: [&str; 4] = [
        "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        "sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ];

    #[test]
    fn w6_sha1_to_sha512_as_their_rfcs_have_them() {
        for header in SIGNED {
            assert!(is_signed(KEY, Some(header), BODY), "{header}");
            let shouted = header.to_uppercase();
            assert!(is_signed(KEY, Some(&shouted), BODY), "{shouted}");
            assert!(!is_signed("jefe", Some(header), BODY));
            assert!(!is_signed(KEY, Some(header), &BODY[1..]));
        }
    }

    #[test]
    fn w6_what_is_missing_cut_or_unknown_is_wrong() {
        let (good, sha256) = (SIGNED[0], SIGNED[1]);
        let crossed = format!("sha1={}", sha256.split_once('=').unwrap().1);
        let long = format!("sha1={}", "e".repeat(10_000));
        let bad = [
            "",
            "sha1",
            "sha1=",
            "=effc",
            "md5=effcdf6ae5eb2fa2d27416d5f184df9c",
            &good[..good.len() - 1],
            &good[..good.len() - 2],
            &crossed,
            &long,
            "sha1=éé",
            "sha1=zz",
        ];
        for header in bad {
            assert!(!is_signed(KEY, Some(header), BODY), "{header}");
        }
        assert!(!is_signed(KEY, None, BODY));
    }
}
