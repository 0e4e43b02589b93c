//! Which promotions apply beside each other.

use std::collections::HashSet;

use crate::sheet::{Off, Sheet};
use crate::{Outcome, Promotion, PromotionId, Refusal, Stacking};

/// What applies, in the order in which it was taken off, and what became of every promotion that may be spoken of.
pub(crate) struct Chosen<'p> {
    pub applied: Vec<(&'p Promotion, Off)>,
    pub outcomes: Vec<(&'p Promotion, Outcome)>,
}

/// A candidate and what it would be worth by itself.
type Worth<'p> = (&'p Promotion, i64);

/// Of each group the best applies; then either all that stand together, or the best that stands alone: whichever takes
/// more off. Among equals the one that goes first wins, and standing together wins over standing alone.
pub(crate) fn choose<'p>(sheet: &mut Sheet, promotions: &'p [Promotion]) -> Result<Chosen<'p>, Refusal> {
    let ordered = in_order(promotions);
    let mut outcomes = Vec::with_capacity(ordered.len());
    let mut candidates = Vec::with_capacity(ordered.len());
    for promotion in ordered {
        promotion.check()?;
        // A code is a secret: a promotion is not spoken of to somebody who did not type its code.
        if promotion.asks_for_code(&sheet.basket.codes) {
            continue;
        }
        match promotion.hindrance(sheet.basket, &sheet.lines) {
            Some(outcome) => outcomes.push((promotion, outcome)),
            None => candidates.push(promotion),
        }
    }
    let (alone, beside): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|promotion| promotion.stacking == Stacking::Alone);
    let together = best_of_groups(sheet, &beside, &mut outcomes)?;
    let before = sheet.clone();
    let mut applied = apply(sheet, &together, &mut outcomes)?;
    let worth: i64 = applied.iter().map(|(_, off)| off.total).sum();
    let alone = worths(&before, &alone)?;
    let lone = best(&alone).filter(|(_, lone)| *lone > worth);
    if let Some((lone, _)) = lone {
        outcomes.retain(|(_, outcome)| *outcome != Outcome::Applied);
        outcomes.extend(applied.iter().map(|(outdone, _)| (*outdone, by(lone.id))));
        *sheet = before;
        applied = apply(sheet, &[lone], &mut outcomes)?;
    }
    for (promotion, worth) in alone {
        if lone.is_none_or(|(lone, _)| lone.id != promotion.id) {
            let outdone = Outcome::Outdone { by: lone.map(|(lone, _)| lone.id) };
            outcomes.push((promotion, if worth == 0 { Outcome::NothingLeft } else { outdone }));
        }
    }
    Ok(Chosen { applied, outcomes })
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

/// Those that stand together and, of each group, the one that is worth most by itself; still in their order.
fn best_of_groups<'p>(
    sheet: &Sheet,
    candidates: &[&'p Promotion],
    outcomes: &mut Vec<(&'p Promotion, Outcome)>,
) -> Result<Vec<&'p Promotion>, Refusal> {
    let mut staying = Vec::with_capacity(candidates.len());
    for promotion in candidates {
        let Stacking::OneOf(group) = &promotion.stacking else {
            staying.push(*promotion);
            continue;
        };
        let rivals: Vec<&Promotion> = candidates
            .iter()
            .copied()
            .filter(|rival| matches!(&rival.stacking, Stacking::OneOf(other) if other == group))
            .collect();
        let winner = if rivals.len() == 1 { Some((*promotion, 0)) } else { best(&worths(sheet, &rivals)?) };
        match winner {
            Some((winner, _)) if winner.id != promotion.id => outcomes.push((promotion, by(winner.id))),
            _ => staying.push(promotion),
        }
    }
    Ok(staying)
}

fn apply<'p>(
    sheet: &mut Sheet,
    promotions: &[&'p Promotion],
    outcomes: &mut Vec<(&'p Promotion, Outcome)>,
) -> Result<Vec<(&'p Promotion, Off)>, Refusal> {
    let mut applied = Vec::with_capacity(promotions.len());
    for promotion in promotions {
        let off = sheet.work_out(&promotion.effect)?;
        match off {
            Off { total: 1.., .. } => {
                sheet.take(&off);
                outcomes.push((promotion, Outcome::Applied));
                applied.push((*promotion, off));
            }
            Off { missing: 1.., .. } => {
                outcomes.push((promotion, Outcome::TooFewPieces { missing: off.missing }));
            }
            Off { .. } => outcomes.push((promotion, Outcome::NothingLeft)),
        }
    }
    Ok(applied)
}

fn worths<'p>(sheet: &Sheet, promotions: &[&'p Promotion]) -> Result<Vec<Worth<'p>>, Refusal> {
    promotions.iter().map(|promotion| Ok((*promotion, sheet.work_out(&promotion.effect)?.total))).collect()
}

/// The one worth most; the earlier among equals.
fn best<'p>(worths: &[Worth<'p>]) -> Option<Worth<'p>> {
    worths.iter().copied().reduce(|best, other| if other.1 > best.1 { other } else { best })
}

fn by(winner: PromotionId) -> Outcome {
    Outcome::Outdone { by: Some(winner) }
}
