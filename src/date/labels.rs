//! What stands in front of a date and says whether it is that of publication or of a change (T13).

use super::tokens::{Token, starts};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Published,
    Updated,
}

/// Labels, one a line, folded. The longest that fits is taken.
const PUBLISHED: &str = "published on
published at
published
first published on
first published
first posted
publication date
release date
posted on
posted at
posted
date
dated
issued on
created on
veroffentlicht am
veroffentlicht
erschienen am
publie le
publie
publicado el
publicado em
publicado
pubblicato il
pubblicato
gepubliceerd op
gepubliceerd
geplaatst op
δημοσιευτηκε στισ
δημοσιευτηκε
δημοσιευση
ημερομηνια
megjelent
kozzeteve
опубликовано
дата публикации
opublikowano
data publikacji
yayınlanma tarihi
yayınlanma
प्रकाशित
입력
게시
등록
작성
发布时间
發布時間
发布
發布
公開日
公開
掲載
date published
date posted
online since
release time
originally published on
originally published
date of publication
upload date
uploaded on
erstellt am
datum
veroffentlichung
stand vom
mis en ligne le
mise en ligne le
date de publication
parution
fecha
fecha de publicacion
creado el
data
data de publicacao
postado em
criado em
data di pubblicazione
pubblicata il
scritto il
publicatiedatum
publicerad
publicerades
publicerat
forst publicerad
publisert
publiceret
udgivet
offentliggjort
julkaistu
publikovano
zverejneno
vydano
publikovane
zverejnene
objavljeno
objavljeno u
publicat la
publicat in
publicat
data publicarii
diterbitkan
diterbitkan pada
dipublikasikan
terbit
diterbitkan pada tanggal
đang luc
ngay đang
xuat ban
đang ngay
опубліковано
дата публікаціі
дата
публикувано на
публикувано
ημερομηνια δημοσιευσησ
megjelenes
yayın tarihi
tarih
نشر في
نُشر في
نشر
تاريخ النشر
تم النشر
تم النشر في
تاريخ انتشار
منتشر شده در
פורסם
פורסם ב
תאריך
प्रकाशित तिथि
प्रकाशन तिथि
पोस्ट किया गया
প্রকাশিত
প্রকাশ
প্রকাশের সময়
เผยแพร่
เผยแพร่เมื่อ
投稿日
配信日
掲載日
公開日時
発行日
发表于
發表於
发布于
發佈於
发表时间
日期
时间
時間
게시일
작성일
등록일
기사입력
발행일
승인";

const UPDATED: &str = "updated on
updated at
updated
last updated on
last updated at
last updated
last update
last modified on
last modified
modified on
modified
revised on
aktualisiert am
aktualisiert
zuletzt aktualisiert am
zuletzt aktualisiert
stand
mis a jour le
mis a jour
modifie le
actualizado el
actualizado
ultima actualizacion
atualizado em
atualizado
aggiornato il
aggiornato
bijgewerkt op
bijgewerkt
laatst bijgewerkt
ενημερωθηκε
τελευταια ενημερωση
frissitve
обновлено
zaktualizowano
aktualizacja
guncelleme
guncellenme tarihi
अपडेट
अद्यतन
수정
최종수정
更新时间
更新時間
更新日
更新
date modified
date updated
last edited
edited on
geandert am
letzte aktualisierung
letzte anderung
derniere mise a jour
derniere mise a jour le
actualise le
modifiee le
ultima atualizacao
atualizada em
ultimo aggiornamento
aggiornata il
modificato il
laatst gewijzigd
uppdaterad
senast uppdaterad
andrad
oppdatert
sist oppdatert
opdateret
senest opdateret
paivitetty
viimeksi paivitetty
aktualizovano
aktualizovane
upraveno
actualizat la
actualizat
ultima actualizare
diperbarui
terakhir diperbarui
cap nhat
cap nhat luc
оновлено
останнє оновлення
последнее обновление
обновена
azurirano
zadnje azurirano
ενημερωση
utolso frissites
son guncelleme
guncellendi
اخر تحديث
تم التحديث
تحديث
به روز رساني
עודכן
עדכון אחרון
अपडेट किया गया
अंतिम अपडेट
আপডেট
อัปเดต
最終更新
最終更新日
更新日時
更新于
更新於
最后更新
最後更新
수정일
최종 수정
업데이트";

/// The longest label that the tokens begin with.
pub(super) fn read(tokens: &[Token<'_>]) -> Option<(Label, usize)> {
    tokens.first()?.word()?;
    let published = PUBLISHED
        .lines()
        .filter_map(|phrase| Some((Label::Published, starts(tokens, phrase)?)));
    let updated = UPDATED
        .lines()
        .filter_map(|phrase| Some((Label::Updated, starts(tokens, phrase)?)));
    published.chain(updated).max_by_key(|(_, used)| *used)
}

#[cfg(test)]
mod tests {
    use super::{PUBLISHED, UPDATED};
    use crate::date::tokens::fold;
    use crate::date::{Hints, byline, rfc3339};

    #[test]
    fn t13_golden_in_many_languages() {
        let hints = Hints {
            day_first: Some(true),
            ..Hints::default()
        };
        for line in [
            "Publicado el 9 de noviembre de 2025 a las 21:40",
            "Publicado em 9 de novembro de 2025 às 21h40",
            "Pubblicato il 9 novembre 2025 alle ore 21:40",
            "Gepubliceerd op 9 november 2025 om 21:40 uur",
            "Opublikowano: 9 listopada 2025, 21:40",
            "Опубликовано: 9 ноября 2025, 21:40",
            "Опубліковано 9 листопада 2025, 21:40",
            "Yayınlanma: 9 Kasım 2025 21:40",
            "Yayınlanma Tarihi: 09.11.2025 - 21:40",
            "Publicerad 9 november 2025 kl. 21.40",
            "Publisert: 9. november 2025 kl. 21:40",
            "Publiceret den 9. november 2025 kl. 21.40",
            "Julkaistu 9.11.2025 klo 21.40",
            "Publikováno 9. listopadu 2025 v 21:40",
            "Publicat la 9 noiembrie 2025, ora 21:40",
            "Diterbitkan Minggu, 9 November 2025 21:40",
            "Đăng lúc 21:40, 9 tháng 11, 2025",
            "发布时间：2025年11月9日 21:40",
            "發布時間：2025-11-09 21:40",
            "公開日：2025年11月9日 21:40",
            "نُشر في: 9 نوفمبر 2025 21:40",
            "تاريخ النشر: 09/11/2025 - 21:40",
            "प्रकाशित: 9 नवंबर 2025, 21:40",
            "Δημοσιεύτηκε στις 9 Νοεμβρίου 2025, 21:40",
            "Megjelent: 2025. november 9. 21:40",
            "Veröffentlicht: 09.11.2025, 21:40 Uhr",
            "Publié le dimanche 9 novembre 2025 à 21h40",
            "First published: Sun 9 Nov 2025 21.40 GMT",
            "Published Sun, Nov 9 2025 9:40 PM GMT",
            "Posted: November 9, 2025 9:40 pm",
            "Published 21:40 GMT, 9 November 2025",
            "Published November 9, 2025 at 9:40 PM UTC",
            "Published on : 09/11/2025 - 21:40",
            "November 9, 2025 / 9:40 PM",
            "Sunday, November 09, 2025 — 21:40 GMT",
            "9 Nov 2025 • 21:40 GMT • 4 min read",
            "By Jane Doe • November 9, 2025 21:40",
            "PUBLISHED: 21:40 GMT, 9 November 2025 | UPDATED: 22:40 GMT, 9 November 2025",
        ] {
            let published = byline(line, &hints).and_then(|byline| byline.published);
            let said = published.map(|stamp| rfc3339(stamp.said()));
            assert_eq!(said.as_deref(), Some("2025-11-09T21:40:00Z"), "{line}");
        }
    }

    #[test]
    fn t13_updates_are_no_publications() {
        for line in [
            "Uppdaterad 9 november 2025 kl. 21.40",
            "Actualizado el 9 de noviembre de 2025",
            "Zuletzt aktualisiert: 9. November 2025",
            "Оновлено 9 листопада 2025",
            "Cập nhật lúc 21:40, 9 tháng 11, 2025",
            "آخر تحديث: 9 نوفمبر 2025",
            "最終更新日：2025年11月9日",
            "최종 수정 2025-11-09 21:40",
        ] {
            let byline = byline(line, &Hints::default());
            assert!(
                byline.is_some_and(|byline| byline.published.is_none() && byline.updated.is_some()),
                "{line}"
            );
        }
    }

    #[test]
    fn t13_labels_are_folded_and_mean_one_thing() {
        for label in PUBLISHED.lines().chain(UPDATED.lines()) {
            assert_eq!(fold(label), label);
        }
        for label in PUBLISHED.lines() {
            assert!(!UPDATED.lines().any(|other| other == label), "{label}");
        }
    }
}
