//! Words as people type them: case, accents and small slips do not count.

use words::Lang;

/// Lower case without accents; `œ`, `æ` and `ß` become two letters.
pub(super) fn fold(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => plain.push('a'),
            'ç' => plain.push('c'),
            'è' | 'é' | 'ê' | 'ë' => plain.push('e'),
            'ì' | 'í' | 'î' | 'ï' => plain.push('i'),
            'ñ' => plain.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => plain.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => plain.push('u'),
            'ý' | 'ÿ' => plain.push('y'),
            'œ' => plain.push_str("oe"),
            'æ' => plain.push_str("ae"),
            'ß' => plain.push_str("ss"),
            // Combining marks: some keyboards send a letter and its accent apart.
            '\u{300}'..='\u{36f}' => {}
            other => plain.push(other),
        }
    }
    plain
}

/// The folded words of a text, one letter words left out.
pub(super) fn tokens(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 1)
        .map(str::to_owned)
        .collect()
}

/// Words that say nothing about the question.
pub(super) fn is_stop_word(lang: Lang, word: &str) -> bool {
    // The product's name stands in every answer.
    word == "zelf" || stop_words(lang).split(' ').any(|stop| stop == word)
}

fn stop_words(lang: Lang) -> &'static str {
    match lang {
        Lang::Nl => {
            "aan alle als ben bent bij dan dat de deze die dit doe doen doet door een en er gaat gaan gebruiken haar had heb hebben hebt heeft het hij hoe hun iets ik in is \
             ja je jij kan kun kunnen kunt krijg krijgen krijgt kreeg maar me meer met mij mijn moet na naar nee niet niets nog nu of om omdat ons ook op over staat steeds te toch tot \
             uit uw van veel via voor vraagt waar waarom wanneer want was wat we weer wel werkt werken wie wil wij word worden wordt zal ze zich zijn zo"
        }
        Lang::Fr => {
            "afin ai alors apres as au aucun aussi aux avec avez avoir avons car ce ceci cela ces cet cette chez comme comment ca dans de des \
             dois du elle elles en encore est et etait ete etre eu fait faire faut il ils je la le les leur lui ma mais me mes moi mon \
             ne ni non nos notre nous on ont ou par pas plus pour pourquoi puis quand que quel quelle quelque qui quoi recois recoit recu recevoir sa sans se ses si son \
             sont suis sur ta te tes toi ton tout toujours tu un une vers veut veux vos votre vous marche fonctionne peux peut"
        }
        Lang::De => {
            "aber alle als also am an auch auf aus bei beim bekomme bekommen bin bis bist da damit dann das dass dem den der des die dies diese dieser doch durch \
             ein eine einem einen einer er es fur geht haben hab habe hat hatte ich ihr ihre im immer in ist ja jetzt kann kein keine keinen kommt konnen \
             machen man mein meine meinem meinen meiner meines mich mir mit muss nach nicht nichts noch nun nur ob oder ohne sein sich sie sind so soll tun uber um und uns vom \
             von vor war warum was weil wenn wer werden wie wieder will wir wird wo zu zum zur"
        }
        Lang::En => {
            "about all am an and any are as at be been but by can cannot could did do does doing don for from get gets getting got had has have he help how if in into is \
             it its me my no not of on or our out please she should so some still that the their them then there they this to too up us use using was \
             we were what when where which who why will with would you your again works work working doesn anymore"
        }
    }
}

/// How well the typed word fits a word of ours, 0 to 1.
pub(super) fn likeness(typed: &str, ours: &str) -> f32 {
    if typed == ours {
        return 1.0;
    }
    let (long, length) = (ours.chars().count(), typed.chars().count());
    if length >= 3 && ours.starts_with(typed) {
        return 0.8;
    }
    // "kaartlezers" for our "kaartlezer", "bankapp" for our "bank".
    if long >= 4 && typed.starts_with(ours) {
        return 0.65;
    }
    // Compounds: "lezer" in "kaartlezer".
    if length >= 5 && ours.ends_with(typed) || long >= 5 && typed.ends_with(ours) {
        return 0.55;
    }
    let allowed = match length.min(long) {
        // "chp" for "chip", but not "pin" for "pen".
        3 if long == 4 && typed.chars().next() == ours.chars().next() => 1,
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    match slips(typed, ours, allowed) {
        Some(1) => 0.7,
        Some(2) => 0.5,
        // A word half typed, with a slip in it.
        _ if length >= 5 && long > length => {
            let start: String = ours.chars().take(length).collect();
            slips(typed, &start, 1).map_or(0.0, |_| 0.5)
        }
        _ => 0.0,
    }
}

/// Letters missing, added, changed or swapped between two words; `None` when more than `allowed` (Damerau, optimal alignment).
fn slips(a: &str, b: &str, allowed: usize) -> Option<usize> {
    if allowed == 0 || a.chars().count().abs_diff(b.chars().count()) > allowed {
        return None;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&row, j) + usize::from(x != y)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|slips| *slips <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_count() {
        assert_eq!(fold("Téléphone ÉTÉ Schlüssel straße cœur"), "telephone ete schlussel strasse coeur");
        assert_eq!(fold("te\u{301}le\u{301}phone"), "telephone");
        assert_eq!(tokens("Ik ben m'n code kwijt!?"), ["ik", "ben", "code", "kwijt"]);
    }

    #[test]
    fn one_slip_is_forgiven_and_a_short_word_is_not_guessed_at() {
        assert_eq!(slips("kaartlezer", "kaartlezr", 2), Some(1));
        assert_eq!(slips("tokne", "token", 1), Some(1), "swapped letters are one slip");
        assert_eq!(slips("bank", "blok", 1), None);
        assert!(likeness("vergten", "vergeten") > 0.6);
        assert!(likeness("lezer", "kaartlezer") > 0.5);
        assert!(likeness("sms", "smi") < 0.1);
        assert!(likeness("", "token") < 0.1);
    }
}
