//! Pictures of what is sold, in the sizes that pages have room for.

use std::io::Cursor;

use galleria_tests::server::verify;
use galleria_tests::{Answer, Client};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::json;

use crate::files::{Files, stored};
use crate::over_both_engines;
use crate::world::Engine;

over_both_engines!(
    a_picture_is_shown_in_sizes_that_are_made_once_and_go_with_it,
    what_cannot_be_made_smaller_is_shown_as_it_was,
);

const FOREVER: &str = "public, max-age=31536000, immutable, no-transform";

fn bytes(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn dots(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 7 % 251) as u8, (y * 5 % 241) as u8, ((x ^ y) % 256) as u8])
    })
}

/// Stores pictures and sells something that shows them; answers where they are.
async fn shown(admin: &mut Client, pictures: &[Vec<u8>]) -> Vec<String> {
    let mut ids = Vec::new();
    for picture in pictures {
        ids.push(stored(admin, "", picture).await["id"].as_str().unwrap().to_owned());
    }
    let media: Vec<_> = ids.iter().map(|id| json!({ "file": id, "alt": "A lamp" })).collect();
    let lamp =
        json!({ "title": "Lamp", "media": media, "variants": [{ "sku": "L", "price": 100, "stock": 5 }] });
    let made = admin.post("/api/v1/products", &lamp).await;
    assert_eq!(made.status, 201, "{}", made.json());
    ids.iter().map(|id| format!("/pictures/{id}")).collect()
}

fn read(answer: &Answer) -> DynamicImage {
    image::load_from_memory(&answer.body).unwrap()
}

async fn a_picture_is_shown_in_sizes_that_are_made_once_and_go_with_it(engine: Engine) {
    let files = Files::start(engine, 2, &[]).await;
    let mut admin = files.world.admin("a");
    let glass = RgbaImage::from_fn(400, 400, |x, _| Rgba([10, 200, 10, if x < 200 { 0 } else { 255 }]));
    let pictures = [bytes(dots(900, 600), ImageFormat::Jpeg), bytes(glass, ImageFormat::Png)];
    let paths = shown(&mut admin, &pictures).await;
    let mut guest = files.world.server.client("a", None);
    let page = guest.send("GET", "/p/lamp", &[("accept", "text/html")], None).await.unwrap();
    let page = String::from_utf8_lossy(&page.body).into_owned();
    let named = format!("srcset=\"{0}/160 160w, {0}/320 320w, {0}/640 640w, {0}/1280 1280w\"", paths[0]);
    assert!(page.contains(&named) && page.contains("sizes=\"") && page.contains("height=\"800\""), "{page}");

    let small = guest.get(&format!("{}/320", paths[0])).await;
    assert_eq!((small.status, small.header("cache-control")), (200, Some(FOREVER)));
    assert_eq!(
        (small.header("content-type"), read(&small).width(), read(&small).height()),
        (Some("image/jpeg"), 320, 213)
    );
    assert!(small.body.len() < pictures[0].len() / 2);
    files.until_there_are(3).await;
    assert_eq!(guest.get(&format!("{}/320", paths[0])).await.body, small.body);
    files.until_there_are(3).await;
    let tag = small.header("etag").unwrap().to_owned();
    let again =
        guest.send("GET", &format!("{}/320", paths[0]), &[("if-none-match", &tag)], None).await.unwrap();
    assert_eq!(again.status, 304);
    // No wider than it was, and what shines through still does.
    assert_eq!(read(&guest.get(&format!("{}/1280", paths[0])).await).width(), 900);
    let glass = guest.get(&format!("{}/160", paths[1])).await;
    assert_eq!(
        (glass.header("content-type"), read(&glass).to_rgba8().get_pixel(10, 80).0[3]),
        (Some("image/webp"), 0)
    );
    files.until_there_are(5).await;

    // Only in sizes that there are, and of nobody else's pictures.
    for width in ["0", "161", "0320", "+320", "99999", "x"] {
        assert_eq!(guest.get(&format!("{}/{width}", paths[0])).await.status, 404, "{width}");
    }
    let hidden = stored(&mut admin, "", &pictures[0]).await["id"].as_str().unwrap().to_owned();
    assert_eq!(guest.get(&format!("/pictures/{hidden}/320")).await.status, 404);
    let mut other = files.world.server.client("b", None);
    assert_eq!(other.get(&format!("{}/320", paths[0])).await.status, 404);
    // What is removed takes its sizes along.
    for path in &paths {
        let id = path.rsplit('/').next().unwrap();
        assert_eq!(admin.delete(&format!("/api/v1/files/{id}")).await.status, 200);
    }
    files.until_there_are(1).await;
    assert_eq!(guest.get(&format!("{}/320", paths[0])).await.status, 404);
    verify(&files.world.cell);
}

async fn what_cannot_be_made_smaller_is_shown_as_it_was(engine: Engine) {
    let files = Files::start(engine, 1, &[]).await;
    let mut admin = files.world.admin("a");
    let whole = bytes(dots(300, 300), ImageFormat::Png);
    let damaged = whole[..whole.len() / 2].to_vec();
    // It says that it is 30,000 by 30,000 pixels.
    let mut bomb = bytes(dots(8, 8), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let moving =
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec();
    let odd = [damaged, bomb, moving];
    let paths = shown(&mut admin, &odd).await;
    let mut guest = files.world.server.client("a", None);
    for (path, stored) in paths.iter().zip(&odd) {
        for _ in 0..2 {
            let answer = guest.get(&format!("{path}/160")).await;
            assert_eq!((answer.status, &answer.body), (200, stored), "{path}");
            assert_eq!(answer.header("cache-control"), Some("public, max-age=300, no-transform"));
        }
    }
    files.until_there_are(3).await;
    verify(&files.world.cell);
}
