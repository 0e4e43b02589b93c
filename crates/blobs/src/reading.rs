//! A blob on its way out.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::{Attribute, GetResult, GetResultPayload};
use tokio::task::spawn_blocking;

use crate::kind;

/// The bytes, piece by piece. An error in the middle means that what came before is not all of it.
pub type Bits = BoxStream<'static, std::io::Result<Bytes>>;

pub struct Reading {
    /// Of the whole blob, whatever range of it is read.
    pub size: u64,
    /// Which of its bytes are in the stream.
    pub range: Range<u64>,
    /// Harmless whoever sent the blob; say `X-Content-Type-Options: nosniff` with it all the same.
    pub media_type: &'static str,
    pub stream: Bits,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({:?} of {} bytes of {})", self.range, self.size, self.media_type)
    }
}

/// How much of a file is read at once.
const PIECE: u64 = 256 * 1024;

pub(crate) async fn reading(found: GetResult) -> std::io::Result<Reading> {
    let (size, range) = (found.meta.size, found.range.clone());
    match found.payload {
        GetResultPayload::File(file, _) => {
            let (file, media_type) = spawn_blocking(move || opening(file, size)).await??;
            Ok(Reading { size, range: range.clone(), media_type, stream: pieces(file, range) })
        }
        GetResultPayload::Stream(stream) => {
            let told = found.attributes.get(&Attribute::ContentType);
            let media_type = kind::remembered(told.map_or("", |told| told.as_ref()));
            Ok(Reading { size, range, media_type, stream: stream.map_err(std::io::Error::from).boxed() })
        }
    }
}

/// A folder does not remember a kind, so the file is asked again.
fn opening(mut file: File, size: u64) -> std::io::Result<(File, &'static str)> {
    let mut opening = Vec::new();
    (&mut file).take(kind::WINDOW as u64).read_to_end(&mut opening)?;
    Ok((file, kind::of(&opening, size < kind::WINDOW as u64)))
}

fn pieces(file: File, range: Range<u64>) -> Bits {
    stream::try_unfold((file, range), |(mut file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let read = move || {
            let end = range.end.min(range.start + PIECE);
            let mut piece = Vec::new();
            file.seek(SeekFrom::Start(range.start))?;
            (&mut file).take(end - range.start).read_to_end(&mut piece)?;
            if piece.len() as u64 != end - range.start {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Some((Bytes::from(piece), (file, end..range.end))))
        };
        spawn_blocking(read).await?
    })
    .boxed()
}
