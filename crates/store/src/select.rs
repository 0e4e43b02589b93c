//! A list's statement, put together from the filters that were asked for, so that each combination can use its index.

use kernel::Arg;

pub struct Select {
    text: String,
    args: Vec<Arg>,
    conditions: usize,
}

impl Select {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), args: Vec::new(), conditions: 0 }
    }

    /// A condition with one argument, which stands in it as `?`.
    #[must_use]
    pub fn and(mut self, condition: &str, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        let word = if self.conditions == 0 { "where" } else { "and" };
        self.conditions += 1;
        let numbered = condition.replacen('?', &format!("${}", self.args.len()), 1);
        self.text.push_str(&format!(" {word} {numbered}"));
        self
    }

    /// A condition with two arguments, such as a range.
    #[must_use]
    pub fn between(mut self, condition: &str, from: impl Into<Arg>, to: impl Into<Arg>) -> Self {
        self.args.push(to.into());
        let second = format!("${}", self.args.len());
        let (before, after) = condition.rsplit_once('?').unwrap_or((condition, ""));
        self.and(&format!("{before}{second}{after}"), from)
    }

    /// One of several values; of none at all nothing is found. There are as many places as the next power of two, so that
    /// few texts are prepared.
    #[must_use]
    pub fn one_of<T: Clone + Into<Arg>>(mut self, column: &str, values: &[T]) -> Self {
        let Some(last) = values.last() else { return self.and("? = 1", 0_i64) };
        let places = values.len().next_power_of_two();
        let padded = values.iter().chain(std::iter::repeat(last)).take(places);
        let (first, from) = (self.args.len() + 1, self.args.len() + places);
        self.args.extend(padded.map(|value| value.clone().into()));
        let marks: Vec<String> = (first..=from).map(|number| format!("${number}")).collect();
        let word = if self.conditions == 0 { "where" } else { "and" };
        self.conditions += 1;
        self.text.push_str(&format!(" {word} {column} in ({})", marks.join(", ")));
        self
    }

    /// The condition, if there is something to compare with.
    #[must_use]
    pub fn maybe(self, condition: &str, arg: Option<impl Into<Arg>>) -> Self {
        match arg {
            Some(arg) => self.and(condition, arg),
            None => self,
        }
    }

    /// The order of the rows, and how many.
    #[must_use]
    pub fn page(mut self, order: &str, rows: usize) -> Self {
        self.args.push(Arg::Int(i64::try_from(rows).unwrap_or(i64::MAX)));
        self.text.push_str(&format!(" order by {order} limit ${}", self.args.len()));
        self
    }

    pub fn statement(self) -> (String, Vec<Arg>) {
        (self.text, self.args)
    }
}

/// `$1, $2, …`: as many places as there are names to look up.
pub fn marks(count: usize) -> String {
    (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_compared() {
        let (text, args) = Select::new("select id from orders")
            .maybe("status = ?", Some("placed"))
            .maybe("email = ?", None::<String>)
            .and("id < ?", 7_i64)
            .page("id desc", 21)
            .statement();
        assert_eq!(text, "select id from orders where status = $1 and id < $2 order by id desc limit $3");
        assert_eq!(args.len(), 3);
    }

    #[test]
    fn several_values_take_as_many_places_as_the_next_power_of_two() {
        let select = |values: &[i64]| {
            let (text, args) = Select::new("select id from orders").one_of("number", values).statement();
            (text, args.len())
        };
        assert_eq!(select(&[7]), ("select id from orders where number in ($1)".into(), 1));
        assert_eq!(select(&[7, 8, 9]), ("select id from orders where number in ($1, $2, $3, $4)".into(), 4));
        assert_eq!(select(&[]), ("select id from orders where $1 = 1".into(), 1));
    }
}
