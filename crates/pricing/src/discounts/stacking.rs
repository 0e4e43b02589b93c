//! Which promotions apply beside each other.

use std::collections::{BTreeMap, HashSet};

use super::sheet::{Off, Sheet};
use crate::{Outcome, Promotion, Refusal, Stacking};

/// What applies, in the order in which it was taken off, and what became of every promotion that may be spoken of.
pub(crate) struct Chosen<'p> {
    pub applied: Vec<(&'p Promotion, Off)>,
    pub outcomes: Vec<(&'p Promotion, Outcome)>,
}

/// A candidate and what it would take off by itself.
type Worth<'p> = (&'p Promotion, Off);

/// Of each group the best applies; then either all that stand together, or the best that stands alone: whichever takes
/// more off. Among equals the one that goes first wins, and standing together wins over standing alone.
pub(crate) fn choose<'p>(sheet: &mut Sheet, promotions: &'p [Promotion]) -> Result<Chosen<'p>, Refusal> {
    let mut outcomes = Vec::with_capacity(promotions.len());
    let (alone, beside) = candidates(sheet, promotions, &mut outcomes)?;
    let together = best_of_groups(sheet, beside, &mut outcomes)?;
    let before = sheet.clone();
    let mut applied = apply(sheet, &together, &mut outcomes)?;
    let worth: i64 = applied.iter().map(|(_, off)| off.total).sum();
    let alone = worths(&before, alone, &mut outcomes)?;
    let lone = best(&alone).filter(|(_, off)| off.total > worth).map(|(lone, _)| *lone);
    if let Some(lone) = lone {
        outcomes.retain(|(_, outcome)| *outcome != Outcome::Applied);
        outcomes.extend(applied.iter().map(|(outdone, _)| (*outdone, by(lone))));
        *sheet = before;
        applied = apply(sheet, &[lone], &mut outcomes)?;
    }
    for (promotion, _) in alone {
        if lone.is_none_or(|lone| lone.id != promotion.id) {
            outcomes.push((promotion, Outcome::Outdone { by: lone.map(|lone| lone.id) }));
        }
    }
    Ok(Chosen { applied, outcomes })
}

/// Those whose conditions hold: the ones that stand alone, and the others. A code is a secret: a promotion is not spoken
/// of to somebody who did not type its code, nor to somebody else than those whom it is for.
fn candidates<'p>(
    sheet: &Sheet,
    promotions: &'p [Promotion],
    outcomes: &mut Vec<(&'p Promotion, Outcome)>,
) -> Result<(Vec<&'p Promotion>, Vec<&'p Promotion>), Refusal> {
    let mut candidates = Vec::with_capacity(promotions.len());
    for promotion in in_order(promotions) {
        promotion.check()?;
        if !promotion.may_be_told(sheet.basket) {
            continue;
        }
        match promotion.hindrance(sheet.basket, &sheet.lines) {
            Some(outcome) => outcomes.push((promotion, outcome)),
            None => candidates.push(promotion),
        }
    }
    Ok(candidates.into_iter().partition(|promotion| promotion.stacking == Stacking::Alone))
}

/// One that is given twice applies once.
fn in_order(promotions: &[Promotion]) -> Vec<&Promotion> {
    let mut ordered: Vec<&Promotion> = promotions.iter().collect();
    ordered.sort_by(|a, b| goes_before(a, b));
    let mut seen = HashSet::with_capacity(ordered.len());
    ordered.retain(|promotion| seen.insert(promotion.id));
    ordered
}

pub(crate) fn goes_before(a: &Promotion, b: &Promotion) -> std::cmp::Ordering {
    b.priority.cmp(&a.priority).then(a.id.cmp(&b.id))
}

/// Those that stand together and, of each group, the one that is worth most by itself; in their order.
fn best_of_groups<'p>(
    sheet: &Sheet,
    candidates: Vec<&'p Promotion>,
    outcomes: &mut Vec<(&'p Promotion, Outcome)>,
) -> Result<Vec<&'p Promotion>, Refusal> {
    let mut groups: BTreeMap<&str, Vec<&Promotion>> = BTreeMap::new();
    let mut staying = Vec::with_capacity(candidates.len());
    for promotion in candidates {
        match &promotion.stacking {
            Stacking::OneOf(group) => groups.entry(group).or_default().push(promotion),
            Stacking::Together | Stacking::Alone => staying.push(promotion),
        }
    }
    for members in groups.into_values() {
        let worths = worths(sheet, members, outcomes)?;
        let Some((winner, _)) = best(&worths) else { continue };
        staying.push(winner);
        let others = worths.iter().filter(|(other, _)| other.id != winner.id);
        outcomes.extend(others.map(|(other, _)| (*other, by(winner))));
    }
    staying.sort_by(|a, b| goes_before(a, b));
    Ok(staying)
}

fn apply<'p>(
    sheet: &mut Sheet,
    promotions: &[&'p Promotion],
    outcomes: &mut Vec<(&'p Promotion, Outcome)>,
) -> Result<Vec<Worth<'p>>, Refusal> {
    let mut applied = Vec::with_capacity(promotions.len());
    for promotion in promotions {
        let off = sheet.work_out(&promotion.effect)?;
        if off.total > 0 {
            sheet.take(&off);
            outcomes.push((promotion, Outcome::Applied));
            applied.push((*promotion, off));
        } else {
            outcomes.push((promotion, off.fruitless()));
        }
    }
    Ok(applied)
}

/// What each would take off by itself. One that would take nothing off is nobody's rival and has its own reason: what
/// others take off before it would not make it worth more.
fn worths<'p>(
    sheet: &Sheet,
    promotions: Vec<&'p Promotion>,
    outcomes: &mut Vec<(&'p Promotion, Outcome)>,
) -> Result<Vec<Worth<'p>>, Refusal> {
    let mut worths = Vec::with_capacity(promotions.len());
    for promotion in promotions {
        let off = sheet.work_out(&promotion.effect)?;
        if off.total > 0 {
            worths.push((promotion, off));
        } else {
            outcomes.push((promotion, off.fruitless()));
        }
    }
    Ok(worths)
}

/// The one worth most; the earlier among equals.
fn best<'w, 'p>(worths: &'w [Worth<'p>]) -> Option<&'w Worth<'p>> {
    worths.iter().reduce(|best, other| if other.1.total > best.1.total { other } else { best })
}

fn by(winner: &Promotion) -> Outcome {
    Outcome::Outdone { by: Some(winner.id) }
}
