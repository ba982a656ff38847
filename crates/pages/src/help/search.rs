//! Finds answers by what people type: each word counts by how rare it is and where it stands, and slips are forgiven.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use words::Lang;

use super::speech::{is_stop_word, likeness, tokens};
use super::{ANSWERS, Answer};

/// More is not read: nobody types it, and a stranger may not make us work.
const MOST_LETTERS: usize = 200;
const MOST_WORDS: usize = 12;
/// Results shown.
const MOST_RESULTS: usize = 6;
/// A result weaker than this part of the best one is noise.
const NOISE: f32 = 0.35;
/// The texts of an answer, and how much a word in each weighs.
const PARTS: [(&str, f32); 4] = [("steps", 0.6), ("what", 1.0), ("words", 3.0), ("title", 3.5)];

/// The answers that fit `query` in `lang`, best first; empty when none does.
pub fn search(lang: Lang, query: &str) -> Vec<&'static Answer> {
    let typed = asked(lang, query);
    if typed.is_empty() {
        return Vec::new();
    }
    let fits = index(lang).fits(&typed);
    let mut found: Vec<(f32, &'static Answer)> = fits.into_iter().zip(&ANSWERS).filter(|(fit, _)| *fit > 0.0).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = found.first().map_or(0.0, |(fit, _)| *fit);
    found.into_iter().filter(|(fit, _)| *fit >= best * NOISE).map(|(_, answer)| answer).take(MOST_RESULTS).collect()
}

/// The words that count; all of them when nothing else was typed.
fn asked(lang: Lang, query: &str) -> Vec<String> {
    let short: String = query.chars().take(MOST_LETTERS).collect();
    let mut all = tokens(&short);
    all.truncate(MOST_WORDS);
    let telling: Vec<String> = all.iter().filter(|word| !is_stop_word(lang, word)).cloned().collect();
    if telling.is_empty() { all } else { telling }
}

/// Every word of ours, and where it stands.
struct Index(Vec<Word>);

struct Word {
    letters: String,
    /// The answers it stands in (as places in [`ANSWERS`]), and how much it weighs there, rare words more.
    places: Vec<(usize, f32)>,
}

impl Index {
    fn of(lang: Lang) -> Index {
        let mut words: BTreeMap<String, BTreeMap<usize, f32>> = BTreeMap::new();
        for (at, answer) in ANSWERS.iter().enumerate() {
            for (part, weight) in PARTS {
                let telling = tokens(&answer.text(lang, part)).into_iter().filter(|word| !is_stop_word(lang, word));
                for word in telling {
                    let kept = words.entry(word).or_default().entry(at).or_insert(weight);
                    *kept = kept.max(weight);
                }
            }
        }
        Index(words.into_iter().map(|(letters, places)| Word::new(letters, &places)).collect())
    }

    /// How well each answer fits: what fits, times the share of the words that fit at all.
    fn fits(&self, typed: &[String]) -> Vec<f32> {
        let mut fits = vec![(0.0_f32, 0.0_f32); ANSWERS.len()];
        for word in typed {
            for (fit, (score, like)) in fits.iter_mut().zip(self.best(word)) {
                fit.0 += score;
                fit.1 += like;
            }
        }
        let asked = number(typed.len());
        fits.into_iter().map(|(score, met)| score * (0.3 + met / asked)).collect()
    }

    /// For each answer its word that fits `typed` best: score, likeness.
    fn best(&self, typed: &str) -> Vec<(f32, f32)> {
        let mut best = vec![(0.0, 0.0); ANSWERS.len()];
        for word in &self.0 {
            let like = likeness(typed, &word.letters);
            if like <= 0.0 {
                continue;
            }
            for (at, weight) in &word.places {
                if let Some(best) = best.get_mut(*at).filter(|best| best.0 < like * weight) {
                    *best = (like * weight, like);
                }
            }
        }
        best
    }
}

impl Word {
    fn new(letters: String, places: &BTreeMap<usize, f32>) -> Word {
        let rarity = (1.0 + number(ANSWERS.len()) / number(places.len())).ln();
        Word { letters, places: places.iter().map(|(at, weight)| (*at, weight * rarity)).collect() }
    }
}

fn number(n: usize) -> f32 {
    u16::try_from(n).map_or(1.0, f32::from)
}

/// The index of a language, made when it is first asked.
fn index(lang: Lang) -> &'static Index {
    static INDEX: [LazyLock<Index>; 4] = [
        LazyLock::new(|| Index::of(Lang::Nl)),
        LazyLock::new(|| Index::of(Lang::Fr)),
        LazyLock::new(|| Index::of(Lang::De)),
        LazyLock::new(|| Index::of(Lang::En)),
    ];
    let [nl, fr, de, en] = &INDEX;
    match lang {
        Lang::Nl => nl,
        Lang::Fr => fr,
        Lang::De => de,
        Lang::En => en,
    }
}
