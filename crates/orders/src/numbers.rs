//! Order numbers: short enough to be read aloud, and never given twice.
//!
//! A node takes a block of them at a time, so that orders do not wait for one another; what is left of a block when the
//! node stops is never used.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use kernel::{Aggregate, Decide, Envelope, Problem, Projector, TenantId, Timestamp, Write};
use serde::{Deserialize, Serialize};
use store::{Asked, Reply, Tenant, Work};
use uuid::Uuid;

use crate::Refusal;

/// There is one for each shop.
const NUMBERS: Uuid = Uuid::from_u128(0x6f2c_1d8e_07a4_4b52_9d6b_5e0f_3c21_7a11);
const FIRST: i64 = 1001;
const BLOCK: i64 = 20;
/// Of how many shops a node holds a block; then all are forgotten.
const REMEMBERED: usize = 20_000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    taken: i64,
}

kernel::events! {
    pub enum NumbersEvent {
        Taken(Taken) = ("order_numbers.taken", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub first: i64,
    pub count: i64,
}

impl Aggregate for Numbers {
    const KIND: &'static str = "order_numbers";
    type Event = NumbersEvent;

    fn apply(&mut self, event: &NumbersEvent) {
        let NumbersEvent::Taken(taken) = event;
        self.taken += taken.count;
    }
}

impl Projector for Numbers {
    fn project(_: &Envelope<&NumbersEvent>) -> Vec<Write> {
        Vec::new()
    }
}

/// Takes the next so many.
struct Take {
    count: i64,
}

impl Decide<Take> for Numbers {
    type Refusal = Refusal;

    fn decide(&self, command: &Take, _now: Timestamp) -> Result<Vec<NumbersEvent>, Refusal> {
        Ok(vec![Taken { first: FIRST + self.taken, count: command.count }.into()])
    }
}

#[derive(Clone, Copy)]
struct Block {
    next: i64,
    end: i64,
}

/// A number that no other order of the shop has.
pub async fn next(tenant: &Tenant, asked: &Asked) -> Result<i64, Problem> {
    if let Some(number) = draw(tenant.id()) {
        return Ok(number);
    }
    let work = Work::over::<Numbers>([NUMBERS]).decide(|desk| {
        let first = FIRST + desk.find::<Numbers>(NUMBERS).map_or(0, |numbers| numbers.taken);
        desk.ask::<Numbers, _>(NUMBERS, &Take { count: BLOCK })?;
        Ok(Reply::json(200, &first))
    });
    let asked = Asked { once: None, ..asked.clone() };
    let done = tenant.run(asked, work).await?;
    let first: i64 = serde_json::from_str(&done.reply.body).map_err(|_| Problem::bug())?;
    put(tenant.id(), Block { next: first + 1, end: first + BLOCK });
    Ok(first)
}

fn draw(tenant: TenantId) -> Option<i64> {
    let mut blocks = blocks().lock().unwrap_or_else(PoisonError::into_inner);
    let block = blocks.get_mut(&tenant).filter(|block| block.next < block.end)?;
    block.next += 1;
    Some(block.next - 1)
}

/// Two that ran out together took a block each; the one that is put away later is used, and the other is left.
fn put(tenant: TenantId, block: Block) {
    let mut blocks = blocks().lock().unwrap_or_else(PoisonError::into_inner);
    if blocks.len() >= REMEMBERED {
        blocks.clear();
    }
    blocks.insert(tenant, block);
}

fn blocks() -> &'static Mutex<HashMap<TenantId, Block>> {
    static BLOCKS: OnceLock<Mutex<HashMap<TenantId, Block>>> = OnceLock::new();
    BLOCKS.get_or_init(Mutex::default)
}
