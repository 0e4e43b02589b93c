//! Promotions that count pieces: buy some and get some, and bundles. Runs of equal pieces are counted, never walked, so a
//! million pieces cost no more than one.

use super::sheet::{Off, Sheet};
use crate::rounding::Rounding;
use crate::{Bundled, Percent, Refusal, Target};

pub(crate) struct BuyGet<'a> {
    pub buy: i64,
    pub of: &'a Target,
    pub get: i64,
    pub from: &'a Target,
    pub off: Percent,
    pub times: Option<i64>,
}

/// How many pieces can only be bought, can only be got, or can be either.
#[derive(Default)]
struct Counted {
    buy: i128,
    get: i128,
    either: i128,
}

impl BuyGet<'_> {
    /// Pieces that can only be bought are bought first, then the dearest of those that can be either; so the cheapest
    /// stay to be got. The last time may get fewer than it could.
    pub fn work_out(&self, sheet: &Sheet) -> Result<Off, Refusal> {
        let counted = self.count(sheet);
        let times = self.times(&counted);
        if times < 1 {
            let missing = i128::from(self.buy) - counted.buy - counted.either;
            return Ok(Off { missing: i64::try_from(missing.max(1)).unwrap_or(i64::MAX), ..Off::default() });
        }
        let mut either = counted.either - (i128::from(self.buy) * times - counted.buy).max(0);
        let mut wanted = (i128::from(self.get) * times).min(counted.get + either);
        let mut lines = vec![0; sheet.lines.len()];
        let mut order: Vec<usize> = (0..lines.len()).filter(|n| self.from.matches(sheet.lines[*n])).collect();
        order.sort_by(|a, b| sheet.cheaper(*a, *b));
        for n in order {
            let line = sheet.lines[n];
            let shared = self.of.matches(line);
            let most = if shared { either.min(wanted) } else { wanted };
            let count = i128::from(line.quantity).min(most);
            wanted -= count;
            either -= if shared { count } else { 0 };
            let part = count * self.off.of_ten_thousand();
            lines[n] =
                Rounding::HalfUp.proportion(sheet.left[n], part, i128::from(line.quantity) * 10_000)?;
        }
        Ok(Off { total: lines.iter().sum(), lines, ..Off::default() })
    }

    fn count(&self, sheet: &Sheet) -> Counted {
        let mut counted = Counted::default();
        for line in &sheet.lines {
            let quantity = i128::from(line.quantity);
            match (self.of.matches(line), self.from.matches(line)) {
                (true, true) => counted.either += quantity,
                (true, false) => counted.buy += quantity,
                (false, true) => counted.get += quantity,
                (false, false) => {}
            }
        }
        counted
    }

    /// The most times for which all that must be bought is there, and each time gets one piece at least.
    fn times(&self, Counted { buy, get, either }: &Counted) -> i128 {
        let (b, g) = (i128::from(self.buy), i128::from(self.get));
        let bought = (buy + either) / b;
        let got = (get + either - 1).div_euclid(g) + 1;
        let both = (buy + get + either - 1 + g).div_euclid(b + g);
        let most = self.times.map_or(i128::MAX, i128::from);
        bought.min(got).min(both).min(most)
    }
}

/// One price for so many of each part. Parts take their pieces in the order in which they are written, the dearest first.
pub(crate) fn bundle(
    sheet: &Sheet,
    price: i64,
    parts: &[Bundled],
    times: Option<i64>,
) -> Result<Off, Refusal> {
    let mut order: Vec<usize> = (0..sheet.lines.len()).collect();
    order.sort_by(|a, b| sheet.cheaper(*b, *a));
    if let Err(missing) = taken(sheet, &order, parts, 1) {
        return Ok(Off { missing, ..Off::default() });
    }
    let mut done = 1;
    let pieces = sheet.lines.iter().fold(0i64, |sum, line| sum.saturating_add(line.quantity));
    let mut beyond = times.unwrap_or(pieces).min(pieces).saturating_add(1);
    while beyond - done > 1 {
        let middle = done + (beyond - done) / 2;
        if taken(sheet, &order, parts, middle).is_ok() {
            done = middle;
        } else {
            beyond = middle;
        }
    }
    let counts = taken(sheet, &order, parts, done).unwrap_or_default();
    let worth = counts.iter().enumerate().map(|(line, count)| sheet.worth(line, *count));
    let worth = worth.collect::<Result<Vec<i64>, _>>()?;
    let whole: i64 = worth.iter().sum();
    let together = i128::from(price) * i128::from(done);
    let off = (i128::from(whole) - together).max(0);
    sheet.spread(i64::try_from(off).map_err(|_| Refusal::TooLarge)?, &worth)
}

/// How many pieces of each line so many bundles take, or how many are missing.
fn taken(sheet: &Sheet, order: &[usize], parts: &[Bundled], times: i64) -> Result<Vec<i64>, i64> {
    let mut counts = vec![0; sheet.lines.len()];
    for part in parts {
        let mut wanted = i128::from(part.quantity) * i128::from(times);
        for n in order.iter().filter(|n| part.of.matches(sheet.lines[**n])) {
            let free = i128::from(sheet.lines[*n].quantity - counts[*n]);
            let count = free.min(wanted);
            counts[*n] += i64::try_from(count).unwrap_or(0);
            wanted -= count;
        }
        if wanted > 0 {
            return Err(i64::try_from(wanted).unwrap_or(i64::MAX));
        }
    }
    Ok(counts)
}
