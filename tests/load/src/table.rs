//! What is printed: a line a budget.

#[derive(Default)]
pub struct Table {
    lines: Vec<[String; 4]>,
}

impl Table {
    pub fn line(&mut self, what: &str, measured: String, budget: &str, kept: bool) {
        let verdict = if kept { "kept" } else { "MISSED" };
        println!("  {what}: {measured} (budget {budget}: {verdict})");
        self.lines.push([what.into(), measured, budget.into(), verdict.into()]);
    }

    pub fn print(&self) {
        println!("\n| what | measured | budget | |\n|---|---|---|---|");
        for [what, measured, budget, verdict] in &self.lines {
            println!("| {what} | {measured} | {budget} | {verdict} |");
        }
    }
}
