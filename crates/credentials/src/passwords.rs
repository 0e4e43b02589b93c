//! Hashing and verifying of passwords: slow on purpose, and never more at once than there is room for.

use boxed::boxed;
use std::num::NonZeroUsize;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use rand::Rng as _;
use tokio::sync::Semaphore;

use crate::{BreachFile, Password, Refusal};

/// 19 MiB, twice over, in one thread: what OWASP asks for at least.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// More than any of ours was ever made with: a hash that somebody put into the store is not to take the machine.
const MOST_MEMORY: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;
/// For each that is hashed so many may wait, at some 30 ms each.
const WAITING: usize = 16;

/// The hash of no password, to spend the same time on people who are not there.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What became of a password that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is theirs. `rehash`: the stored hash is weaker than today's; [`Passwords::hash`] it again now that it is known.
    Right {
        rehash: bool,
    },
    Wrong,
}

/// Where passwords are hashed. One for the whole process.
#[derive(Clone)]
pub struct Passwords {
    /// Who may wait or be hashed at all.
    room: Arc<Semaphore>,
    threads: Arc<Semaphore>,
    breached: Option<BreachFile>,
}

impl Passwords {
    /// At most so many at once, each with 19 MiB.
    pub fn new(threads: NonZeroUsize) -> Self {
        let threads = threads.get();
        Self {
            room: Arc::new(Semaphore::new(threads * (1 + WAITING))),
            threads: Arc::new(Semaphore::new(threads)),
            breached: None,
        }
    }

    /// With a file of breached passwords besides the common ones that are known anyway.
    pub fn refusing(self, breached: BreachFile) -> Self {
        Self { breached: Some(breached), ..self }
    }

    /// Whether somebody may choose it; see [`Password::check`].
    #[boxed]
    pub async fn check(&self, password: Password, own: &[&str]) -> Result<Password, Refusal> {
        password.check(own)?;
        let Some(file) = self.breached.clone() else { return Ok(password) };
        self.run(move || match file.has(password.reveal()) {
            Ok(false) => Ok(password),
            Ok(true) => Err(Refusal::PasswordCommon),
            Err(_) => Err(Refusal::BreachFileUnreadable),
        })
        .await
    }

    /// What is stored: a PHC string that says how it was made.
    #[boxed]
    pub async fn hash(&self, password: Password) -> Result<String, Refusal> {
        self.run(move || {
            let mut salt = [0; 16];
            rand::rng().fill_bytes(&mut salt);
            let hash = argon2().hash_password_with_salt(password.reveal().as_bytes(), &salt);
            Ok(hash.expect("the salt and the password have lengths that Argon2 takes").to_string())
        })
        .await
    }

    #[boxed]
    pub async fn verify(&self, password: Password, stored: &str) -> Result<Verdict, Refusal> {
        let stored = read(stored)?;
        self.run(move || {
            // Argon2 takes the parameters of the hash, not its own.
            match argon2().verify_password(password.reveal().as_bytes(), &stored) {
                Ok(()) => Ok(Verdict::Right { rehash: is_weak(&stored) }),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
                Err(_) => Err(Refusal::HashUnreadable),
            }
        })
        .await
    }

    /// For an account that is not there, or has no password: takes as long, and is always wrong.
    #[boxed]
    pub async fn verify_nobody(&self, password: Password) -> Result<Verdict, Refusal> {
        self.verify(password, NOBODY).await?;
        Ok(Verdict::Wrong)
    }

    /// Whether a stored hash is weaker than one made today.
    pub fn needs_rehash(stored: &str) -> bool {
        read(stored).map_or(true, |hash| is_weak(&hash))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| Refusal::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // They go with the work: who hung up is still being hashed for, and still takes the memory.
            let _held = (room, thread);
            work()
        });
        done.await.map_err(|_| Refusal::Busy)?
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, LANES, None).expect("these are within what Argon2 takes");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn read(stored: &str) -> Result<PasswordHash, Refusal> {
    let hash = PasswordHash::new(stored).map_err(|_| Refusal::HashUnreadable)?;
    let params = Params::try_from(&hash).map_err(|_| Refusal::HashUnreadable)?;
    let modest = params.m_cost() <= MOST_MEMORY
        && params.t_cost() <= MOST_PASSES
        && params.p_cost() <= MOST_LANES
        && Algorithm::try_from(hash.algorithm.as_str()).is_ok()
        && hash.hash.is_some();
    if modest { Ok(hash) } else { Err(Refusal::HashUnreadable) }
}

fn is_weak(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else { return true };
    hash.algorithm != argon2::ARGON2ID_IDENT
        || hash.version != Some(Version::V0x13.into())
        || params.m_cost() < MEMORY
        || params.t_cost() < PASSES
        || params.p_cost() < LANES
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::task::Poll;
    use std::time::Duration;

    use super::*;

    fn one_thread() -> Passwords {
        Passwords::new(NonZeroUsize::MIN)
    }

    /// Work that says when it has begun, and is not done before it is told to be.
    fn slow() -> (Receiver<()>, Sender<()>, impl FnOnce() -> Result<(), Refusal> + Send + 'static) {
        let (begin, begun) = channel();
        let (done, wait): (_, Receiver<()>) = channel();
        let work = move || {
            begin.send(()).map_err(|_| Refusal::HashUnreadable)?;
            wait.recv().map_err(|_| Refusal::HashUnreadable)
        };
        (begun, done, work)
    }

    #[tokio::test]
    async fn a_flood_is_told_to_come_back_and_those_who_wait_are_served() {
        let passwords = one_thread();
        let (begun, done, work) = slow();
        let mut hashed = Box::pin(passwords.run(work));
        assert!(polled_once(&mut hashed).await.is_pending());
        begun.recv().unwrap();
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(passwords.run(|| Ok(())))).collect();
        for one in &mut waiting {
            assert!(polled_once(one).await.is_pending());
        }
        let nobody = Password::typed("one too many").unwrap();
        let told = tokio::time::timeout(Duration::from_secs(5), passwords.verify_nobody(nobody)).await;
        assert_eq!(told, Ok(Err(Refusal::Busy)));
        done.send(()).unwrap();
        assert_eq!(hashed.await, Ok(()));
        for one in waiting {
            assert_eq!(one.await, Ok(()));
        }
        let nobody = Password::typed("there is room again").unwrap();
        assert_eq!(passwords.verify_nobody(nobody).await, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn whoever_hangs_up_gives_no_room_back_before_the_work_is_done() {
        let passwords = one_thread();
        let (begun, done, work) = slow();
        let mut hashed = Box::pin(passwords.run(work));
        assert!(polled_once(&mut hashed).await.is_pending());
        begun.recv().unwrap();
        drop(hashed);
        let mut next = Box::pin(passwords.run(|| Ok(())));
        assert!(polled_once(&mut next).await.is_pending());
        assert_eq!(
            (passwords.threads.available_permits(), passwords.room.available_permits()),
            (0, WAITING - 1)
        );
        done.send(()).unwrap();
        assert_eq!(next.await, Ok(()));
    }

    async fn polled_once<T>(future: &mut std::pin::Pin<Box<impl Future<Output = T>>>) -> Poll<T> {
        std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
    }
}
