//! Smaller sizes of a picture, made when somebody first asks for one and kept beside it.
//!
//! What a picture says besides its pixels (where and with what it was taken) is in no size of it; which way up it is meant
//! to be seen is done to the pixels.

use std::io::Cursor;

use blobs::BlobId;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, Limits};

use crate::FileId;

/// How wide a picture is made, in pixels.
pub const WIDTHS: [u32; 4] = [160, 320, 640, 1280];

/// What is larger is shown as it is: a few bytes can say that they are a picture of a thousand million pixels.
const MOST_PIXELS: u64 = 40_000_000;
/// In memory at one time: the picture and what is made of it on the way.
const MOST_BYTES_HELD: u64 = 256 * 1024 * 1024;
pub(crate) const MOST_BYTES: u64 = 24 * 1024 * 1024;

/// Between what is seen and what is sent.
const QUALITY: u8 = 82;

/// The object of a size. It is found from the file, and the file from it.
pub(crate) fn object(file: FileId, width: u32) -> BlobId {
    BlobId(uuid::Uuid::from_u128(file.uuid().as_u128() ^ u128::from(width)))
}

/// The files of which an object may be a size.
pub(crate) fn files_of(object: FileId) -> [FileId; WIDTHS.len()] {
    WIDTHS.map(|width| FileId(self::object(object, width).uuid()))
}

/// Why there is no smaller size of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsized {
    /// Not a picture of a kind that is read here, or one that moves.
    OtherKind,
    TooLarge,
    Damaged,
}

/// A picture at most so wide, and never wider than it was: with what shines through as WebP, otherwise as JPEG.
pub(crate) fn smaller(bytes: &[u8], media_type: &str, width: u32) -> Result<Vec<u8>, Unsized> {
    let (mut picture, profile) = match media_type {
        "image/jpeg" => decoded(JpegDecoder::new(Cursor::new(bytes)).map_err(unreadable)?, width)?,
        "image/png" => {
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(unreadable)?;
            still(!decoder.is_apng().map_err(unreadable)?)?;
            decoded(decoder, width)?
        }
        "image/webp" => {
            let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(unreadable)?;
            still(!decoder.has_animation())?;
            decoded(decoder, width)?
        }
        _ => return Err(Unsized::OtherKind),
    };
    if picture.width() > width {
        let (across, down) = fitted(picture.width(), picture.height(), width);
        picture = picture.resize_exact(across, down, FilterType::CatmullRom);
    }
    written(&picture, profile)
}

/// How wide and how high it becomes when it is at most so wide.
fn fitted(width: u32, height: u32, most: u32) -> (u32, u32) {
    if width <= most {
        return (width, height);
    }
    let (whole, high) = (u64::from(width), u64::from(height));
    let down = (high * u64::from(most) + whole / 2) / whole;
    (most, u32::try_from(down.max(1)).unwrap_or(u32::MAX))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES_HELD);
    limits
}

fn still(is: bool) -> Result<(), Unsized> {
    if is { Ok(()) } else { Err(Unsized::OtherKind) }
}

type Decoded = (DynamicImage, Option<Vec<u8>>);

/// The pixels, the right way up, and what their colours mean. What a size of them takes is known before the first is read.
fn decoded(mut decoder: impl ImageDecoder, width: u32) -> Result<Decoded, Unsized> {
    decoder.set_limits(limits()).map_err(unreadable)?;
    let orientation = decoder.orientation().map_err(unreadable)?;
    let depth = u64::from(decoder.color_type().bytes_per_pixel());
    if !Announced::of(decoder.dimensions(), depth, orientation).may_become(width) {
        return Err(Unsized::TooLarge);
    }
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_of_light(profile));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok((picture, profile))
}

/// A picture as its first bytes announce it, the right way up.
struct Announced {
    width: u32,
    height: u32,
    /// Bytes of a pixel.
    depth: u64,
    /// It lies on its side, and a second one is made of it to put it up.
    lies: bool,
}

impl Announced {
    fn of((width, height): (u32, u32), depth: u64, orientation: Orientation) -> Self {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        let lies = matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH);
        let (width, height) = if lies { (height, width) } else { (width, height) };
        Self { width, height, depth, lies }
    }

    fn may_become(&self, width: u32) -> bool {
        (1..=MOST_PIXELS).contains(&pixels(self.width, self.height)) && self.held(width) <= MOST_BYTES_HELD
    }

    /// The most bytes that are held at one time until there is a size so wide. Narrowing keeps four floats for each column
    /// of the picture in each row of the size, which can be far more than the picture; writing copies the size.
    fn held(&self, width: u32) -> u64 {
        let (across, down) = fitted(self.width, self.height, width);
        let (whole, size) = (pixels(self.width, self.height), pixels(across, down));
        let turning = if self.lies { whole.saturating_mul(self.depth) } else { 0 };
        let narrowing = if across < self.width {
            pixels(self.width, down).saturating_mul(16).saturating_add(size.saturating_mul(self.depth))
        } else {
            0
        };
        let writing = size.saturating_mul(4);
        whole.saturating_mul(self.depth).saturating_add(turning.max(narrowing).max(writing))
    }
}

fn pixels(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

/// A profile of inks says nothing of pixels that were turned into light.
fn is_of_light(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"RGB ") && profile.len() <= 64 * 1024
}

fn written(picture: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Vec<u8>, Unsized> {
    let mut bytes = Vec::new();
    // Where everything is solid it does not matter that something could shine through.
    let shines = picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX);
    if shines {
        let mut encoder = WebPEncoder::new_lossless(&mut bytes);
        keep(&mut encoder, profile);
        DynamicImage::from(picture.to_rgba8()).write_with_encoder(encoder).map_err(unreadable)?;
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        keep(&mut encoder, profile);
        DynamicImage::from(picture.to_rgb8()).write_with_encoder(encoder).map_err(unreadable)?;
    }
    Ok(bytes)
}

fn keep(encoder: &mut impl ImageEncoder, profile: Option<Vec<u8>>) {
    // Whoever cannot keep it writes the picture without.
    let _ = profile.map(|profile| encoder.set_icc_profile(profile));
}

fn unreadable(error: image::ImageError) -> Unsized {
    match error {
        image::ImageError::Limits(_) => Unsized::TooLarge,
        _ => Unsized::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    /// Left half red, right half blue.
    fn halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(
            width,
            height,
            |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) },
        )
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_with_encoder(JpegEncoder::new(&mut bytes)).unwrap();
        bytes
    }

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// A JPEG that says which way up it is, and where it was taken.
    fn from_a_phone(picture: &RgbImage, orientation: u8) -> Vec<u8> {
        let bytes = jpeg(picture);
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPS 53.3498 N 6.2603 W");
        let mut whole = bytes[..2].to_vec();
        whole.extend([0xff, 0xe1]);
        whole.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        whole.extend(exif);
        whole.extend(&bytes[2..]);
        whole
    }

    fn read(bytes: &[u8]) -> DynamicImage {
        image::load_from_memory(bytes).unwrap()
    }

    fn contains(bytes: &[u8], text: &str) -> bool {
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    #[test]
    fn a_picture_becomes_as_wide_as_was_asked_and_never_wider_than_it_was() {
        let bytes = jpeg(&halves(400, 100));
        let small = smaller(&bytes, "image/jpeg", 160).unwrap();
        assert_eq!((read(&small).width(), read(&small).height()), (160, 40));
        assert!(small.len() < bytes.len());
        let own = smaller(&bytes, "image/jpeg", 640).unwrap();
        assert_eq!((read(&own).width(), read(&own).height()), (400, 100));
        let thin = smaller(&png(&halves(2000, 1).into()), "image/png", 160).unwrap();
        assert_eq!(read(&thin).height(), 1);
    }

    #[test]
    fn which_way_up_it_is_is_done_to_it_and_where_it_was_taken_is_forgotten() {
        let taken = from_a_phone(&halves(400, 200), 6);
        assert!(contains(&taken, "GPS"));
        for width in [160, 1280] {
            let made = smaller(&taken, "image/jpeg", width).unwrap();
            assert!(!contains(&made, "GPS") && !contains(&made, "Exif"), "{width}");
            let seen = read(&made).to_rgb8();
            assert!(seen.height() == seen.width() * 2, "it was turned: {:?}", seen.dimensions());
            let (top, bottom) =
                (seen.get_pixel(seen.width() / 2, 4), seen.get_pixel(seen.width() / 2, seen.height() - 5));
            assert!(top.0[0] > 150 && bottom.0[2] > 150, "what was left is above: {top:?} {bottom:?}");
        }
    }

    #[test]
    fn what_shines_through_still_does() {
        let glass = RgbaImage::from_fn(400, 400, |x, _| Rgba([10, 200, 10, if x < 200 { 0 } else { 255 }]));
        let made = smaller(&png(&glass.into()), "image/png", 160).unwrap();
        assert_eq!(blobs::kind::of(&made, true), "image/webp");
        let seen = read(&made).to_rgba8();
        assert_eq!((seen.get_pixel(10, 80).0[3], seen.get_pixel(150, 80).0[3]), (0, 255));
        let solid = RgbaImage::from_pixel(400, 400, Rgba([10, 200, 10, 255]));
        let made = smaller(&png(&solid.into()), "image/png", 160).unwrap();
        assert_eq!(blobs::kind::of(&made, true), "image/jpeg");
    }

    #[test]
    fn a_picture_that_says_it_is_enormous_is_not_believed_and_a_damaged_one_is_no_picture() {
        let mut bomb = png(&halves(8, 8).into());
        announce(&mut bomb, 30_000, 30_000);
        assert_eq!(smaller(&bomb, "image/png", 160), Err(Unsized::TooLarge));
        let whole = png(&halves(64, 64).into());
        for cut in [0, 5, 20, whole.len() / 2] {
            assert!(smaller(&whole[..cut], "image/png", 160).is_err(), "{cut}");
        }
        assert_eq!(smaller(b"no picture", "image/webp", 160), Err(Unsized::Damaged));
        assert_eq!(smaller(&whole, "image/gif", 160), Err(Unsized::OtherKind));
    }

    #[test]
    fn what_takes_too_much_on_the_way_to_a_size_is_not_begun() {
        let announced =
            |width, height, depth| Announced::of((width, height), depth, Orientation::NoTransforms);
        // 120 MB as it is, and 639 MB between the picture and a size that is one pixel narrower.
        let tower = announced(1281, 31_224, 3);
        assert!(tower.held(1280) > 750_000_000, "{}", tower.held(1280));
        assert!(!tower.may_become(1280) && tower.may_become(160));
        // A picture that is no wider is copied to be written, and one that lies on its side to be put up.
        assert_eq!(announced(1000, 30_000, 3).held(1280), 7 * 30_000_000);
        assert!(!announced(1000, 36_000, 4).may_become(1280));
        let lying = Announced::of((30_000, 1200), 4, Orientation::Rotate90);
        assert_eq!((lying.width, lying.height, lying.held(160)), (1200, 30_000, 8 * 36_000_000));
        assert!(!lying.may_become(160) && announced(1200, 30_000, 4).may_become(160));
        // What cameras make becomes every size, whichever way they are held.
        for orientation in [Orientation::NoTransforms, Orientation::Rotate90] {
            for (width, height) in [(6000, 4000), (4000, 6000), (6240, 6240)] {
                let photo = Announced::of((width, height), 3, orientation);
                assert!(WIDTHS.iter().all(|size| photo.may_become(*size)), "{width} × {height}");
            }
        }
        assert!(!announced(u32::MAX, u32::MAX, 8).may_become(160) && !announced(0, 7, 3).may_become(160));
        let mut bomb = png(&halves(8, 8).into());
        announce(&mut bomb, 1281, 31_224);
        assert_eq!(smaller(&bomb, "image/png", 1280), Err(Unsized::TooLarge));
    }

    /// Writes a width and a height into a PNG, and the checksum over them.
    fn announce(png: &mut [u8], width: u32, height: u32) {
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            })
        })
    }

    #[test]
    fn a_size_knows_its_file() {
        let file = FileId::new();
        for width in WIDTHS {
            let object = FileId(object(file, width).uuid());
            assert_ne!(object, file);
            assert!(files_of(object).contains(&file));
        }
    }
}
