//! What is read ahead of whoever takes it: counted in bytes, for a product may be as large as thousands of others.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// How much waits at most; one that is larger waits alone.
const BYTES: u32 = 2 * 1024 * 1024;

/// How many wait at most, however small they are.
const COUNT: usize = 256;

/// How much memory something takes.
pub trait Sizable {
    fn bytes(&self) -> usize;
}

/// The end at which it is put in, on a thread that may wait.
pub struct Inlet<T> {
    room: Arc<Semaphore>,
    sender: mpsc::Sender<(T, OwnedSemaphorePermit)>,
}

/// The end at which it is taken out. Dropped, it ends what puts in.
pub struct Outlet<T> {
    room: Arc<Semaphore>,
    receiver: mpsc::Receiver<(T, OwnedSemaphorePermit)>,
}

pub fn queue<T: Sizable>() -> (Inlet<T>, Outlet<T>) {
    let room = Arc::new(Semaphore::new(BYTES as usize));
    let (sender, receiver) = mpsc::channel(COUNT);
    (Inlet { room: room.clone(), sender }, Outlet { room, receiver })
}

impl<T: Sizable> Inlet<T> {
    /// Waits until there is room; false when nobody takes it any more. Not for a thread that serves others.
    pub fn put(&self, one: T) -> bool {
        let bytes = u32::try_from(one.bytes()).unwrap_or(BYTES).min(BYTES);
        let room = Handle::current().block_on(self.room.clone().acquire_many_owned(bytes));
        room.is_ok_and(|room| self.sender.blocking_send((one, room)).is_ok())
    }
}

impl<T> Outlet<T> {
    pub async fn take(&mut self) -> Option<T> {
        self.receiver.recv().await.map(|(one, _)| one)
    }
}

impl<T> Drop for Outlet<T> {
    fn drop(&mut self) {
        self.room.close();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    struct Load(usize);

    impl Sizable for Load {
        fn bytes(&self) -> usize {
            self.0
        }
    }

    /// How many loads of this size are put in while nobody takes one; and whether the end of taking ends it.
    async fn put_ahead(bytes: usize) -> usize {
        let (inlet, outlet) = queue();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let put = tokio::task::spawn_blocking(move || {
            while inlet.put(Load(bytes)) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        let (mut before, mut ahead) = (usize::MAX, 0);
        while before != ahead || ahead == 0 {
            before = ahead;
            tokio::time::sleep(Duration::from_millis(50)).await;
            ahead = count.load(Ordering::SeqCst);
        }
        drop(outlet);
        put.await.unwrap();
        ahead
    }

    #[tokio::test]
    async fn no_more_is_read_ahead_than_two_megabytes_or_some_hundreds() {
        assert_eq!(put_ahead(BYTES as usize / 4).await, 4);
        assert_eq!(put_ahead(BYTES as usize * 3).await, 1);
        assert_eq!(put_ahead(1).await, COUNT);
    }

    #[tokio::test]
    async fn all_that_is_put_in_comes_out_in_its_order() {
        let (inlet, mut outlet) = queue();
        let put = tokio::task::spawn_blocking(move || (0..1_000).all(|n| inlet.put(Load(n * 10))));
        for n in 0..1_000 {
            assert_eq!(outlet.take().await.map(|load| load.0), Some(n * 10));
        }
        assert!(put.await.unwrap() && outlet.take().await.is_none());
    }
}
