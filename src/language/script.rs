//! How much of a text is in which script, and what is worth reading of it.

/// A group of scripts that are read as one: those that one language mixes, as Japanese does, or that need no telling apart before a language is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Han,
    Kana,
    Hangul,
    /// Written without spaces between words.
    Thai,
    /// Every other script, by the beginning of its Unicode block: letters of one block weigh together.
    Block(u32),
}

/// Latin letters from all their blocks count as those of the first.
const LATIN: Script = Script::Block(0);

impl Script {
    pub fn of(c: char) -> Option<Script> {
        if !c.is_alphabetic() {
            return None;
        }
        Some(match u32::from(c) {
            0..=0x024f | 0x1e00..=0x1eff => LATIN,
            0x0370..=0x03ff | 0x1f00..=0x1fff => Script::Block(0x0370),
            0x0400..=0x052f => Script::Block(0x0400),
            0x0600..=0x077f | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Script::Block(0x0600),
            0x0590..=0x05ff => Script::Block(0x0590),
            0x0e00..=0x0e7f => Script::Thai,
            0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7af => Script::Hangul,
            0x3040..=0x30ff | 0x31f0..=0x31ff | 0xff66..=0xff9f => Script::Kana,
            0x3005 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => {
                Script::Han
            }
            // Indic and other blocks are 128 wide, and each is one script.
            code => Script::Block(code & !0x7f),
        })
    }

    /// How many Latin letters say as much as one letter of this script. A word of five letters is about one and a half characters in Chinese, two
    /// syllables in Korean, four letters in Thai. Without it a Japanese text about software is English, by its letters.
    pub fn weight(self) -> usize {
        match self {
            Script::Han => 4,
            Script::Kana | Script::Hangul => 3,
            Script::Thai | Script::Block(_) => 1,
        }
    }

    /// Whether letters of `other` belong into a text of this script.
    pub fn mixes_with(self, other: Script) -> bool {
        let is_east = |script| matches!(script, Script::Han | Script::Kana);
        self == other || (is_east(self) && is_east(other))
    }
}

/// The weight of each group of scripts that are written together, heaviest first; Han and kana are one group.
pub(super) fn weigh(text: &str) -> Vec<(Script, usize)> {
    let mut weights: Vec<(Script, usize)> = Vec::new();
    for script in text.chars().filter_map(Script::of) {
        match weights
            .iter_mut()
            .find(|(known, _)| known.mixes_with(script))
        {
            Some((_, weight)) => *weight += script.weight(),
            None => weights.push((script, script.weight())),
        }
    }
    weights.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    weights
}

/// How many letters of a script there are.
pub(super) fn letters(text: &str, wanted: Script) -> usize {
    text.chars()
        .filter(|c| Script::of(*c) == Some(wanted))
        .count()
}
