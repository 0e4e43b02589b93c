//! Products as CSV: taken in from sheets of other shops, told what is wrong with them, and written out again.

use std::time::Duration;

use galleria_tests::server::{binary_command, command, make_tenant, refused, verify};
use galleria_tests::{Answer, Cell, Client, PATIENCE, Server, read_within};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp};

over_both_engines!(
    a_sheet_of_another_shop_is_proposed_for_tried_and_taken,
    rows_that_are_wrong_are_told_mended_and_sent_again,
    an_export_comes_back_without_a_change_and_a_changed_cell_changes_its_product,
    two_thousand_rows_are_taken_once_though_the_server_is_killed_in_the_middle,
    an_import_that_is_cancelled_keeps_what_it_took_and_takes_no_more,
    what_is_no_sheet_is_refused_in_a_sentence,
    a_sheet_made_to_be_told_much_about_is_told_a_little_of_each_row,
);

/// A served shop that has a place for files.
struct Shop {
    world: World,
    admin: Client,
    _files: TempDir,
}

impl Shop {
    async fn start(engine: Engine) -> Self {
        let files = tempfile::tempdir().unwrap();
        let place = files.path().display().to_string();
        let world = World::start_with(engine, 2, &[("GALLERIA_FILES", &place)]).await;
        let admin = world.admin("a");
        Self { world, admin, _files: files }
    }

    async fn begin(&mut self, body: &Value) -> String {
        let begun = self.admin.post("/api/v1/product-imports", body).await;
        assert_eq!((begun.status, &begun.json()["state"]), (202, &json!("checking")), "{}", begun.json());
        begun.header("location").unwrap().to_owned()
    }

    /// An import from its beginning to its end.
    async fn import(&mut self, body: &Value) -> Value {
        let import = self.begin(body).await;
        self.until(&import, ended).await
    }

    async fn until(&mut self, import: &str, holds: impl Fn(&Value) -> bool) -> Value {
        // Thousands of rows take a debug build a while.
        let view = async || self.admin.get(import).await.json();
        read_within(2 * PATIENCE, "the import has come so far", view, holds).await
    }

    async fn file(&mut self, bytes: &[u8]) -> Value {
        let length = bytes.len().to_string();
        let headers = [("content-length", length.as_str())];
        let mut request = self.admin.request("POST", "/api/v1/files?name=sheet.csv", &headers, None);
        request.extend(bytes);
        let stored = self.admin.raw(&request).await.unwrap();
        assert_eq!(stored.status, 201, "{}", stored.json());
        stored.json()["id"].clone()
    }

    async fn text(&mut self, path: &str) -> String {
        let answer = self.admin.get(path).await;
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"), "{}", answer.json());
        String::from_utf8(answer.body).unwrap()
    }

    async fn export(&mut self) -> String {
        self.text("/api/v1/products/export.csv").await
    }

    async fn product(&mut self, sku: &str) -> Value {
        self.admin.get(&format!("/api/v1/products?sku={sku}")).await.json()["items"][0].clone()
    }
}

fn ended(view: &Value) -> bool {
    view["ended_at"].is_string()
}

fn counts(view: &Value) -> [i64; 5] {
    ["read", "added", "changed", "unchanged", "refused"].map(|name| view[name].as_i64().unwrap())
}

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].clone();
    let pointers =
        errors.as_array().into_iter().flatten().map(|error| error["pointer"].as_str().unwrap().to_owned());
    pointers.collect()
}

/// As Shopify writes it, saved by a spreadsheet in German.
const ELSEWHERE: &[u8] = b"Handle;Title;Body (HTML);Vendor;Tags;Option1 Name;Option1 Value;Variant SKU;Variant Price;Variant Grams;Image Src;Image Alt Text;Gift Card\r\n\
    cafe-crema;Caf\xe9 Crema;Gentle;R\xf6sterei;\"coffee, whole\";Weight;250 g;C-250;7.90;250;https://cdn.example/c.jpg;A bag;false\r\n\
    cafe-crema;;;;;;1 kg;C-1000;24.90;1000;;;\r\n\
    cafe-crema;;;;;;;;;;https://cdn.example/d.jpg;Beans;\r\n\
    filter;Filter;;;;Title;Default Title;F-1;3.50;;;;false\r\n";

async fn a_sheet_of_another_shop_is_proposed_for_tried_and_taken(engine: Engine) {
    let mut shop = Shop::start(engine).await;
    let file = shop.file(ELSEWHERE).await;
    let unknown = shop.import(&json!({ "file": file })).await;
    assert_eq!((&unknown["state"], counts(&unknown)), (&json!("failed"), [0; 5]), "{unknown:#}");
    assert!(unknown["told"].as_str().unwrap().contains("Perhaps it is \"Variant SKU\""), "{unknown:#}");
    assert_eq!(json!([unknown["encoding"], unknown["delimiter"]]), json!(["windows-1252", ";"]));
    let mapping = unknown["proposals"].clone();
    assert_eq!(json!([mapping["Vendor"], mapping["Variant Price"]]), json!(["brand", "price"]));
    assert!(mapping.get("Gift Card").is_none(), "{mapping}");

    let tried = shop.import(&json!({ "file": file, "mapping": mapping, "dry_run": true })).await;
    assert_eq!((&tried["state"], counts(&tried)), (&json!("dry_run_done"), [4, 4, 0, 0, 0]), "{tried:#}");
    assert!(tried["told"].as_str().unwrap().contains("4 would be added"), "{tried:#}");
    assert!(all(&mut shop.admin, "/api/v1/products").await.is_empty(), "a dry run writes no product");

    let taken = shop.import(&json!({ "file": file, "mapping": mapping })).await;
    assert_eq!((&taken["state"], counts(&taken)), (&json!("done"), [4, 4, 0, 0, 0]), "{taken:#}");
    let coffee = shop.product("C-1000").await;
    assert_eq!(
        json!([
            coffee["title"],
            coffee["brand"],
            coffee["tags"],
            coffee["options"][0]["values"],
            coffee["media"][1]["alt"]
        ]),
        json!(["Café Crema", "Rösterei", ["coffee", "whole"], ["250 g", "1 kg"], "Beans"])
    );
    let bag = &coffee["variants"][1];
    assert_eq!(
        json!([bag["price"], bag["weight_grams"], bag["options"]]),
        json!([2490, 1000, { "Weight": "1 kg" }])
    );
    assert_eq!(all(&mut shop.admin, "/api/v1/product-imports").await.len(), 3);
    verify(&shop.world.cell);
}

async fn rows_that_are_wrong_are_told_mended_and_sent_again(engine: Engine) {
    let mut shop = Shop::start(engine).await;
    assert_eq!(shop.admin.post("/api/v1/products", &lamp("TAKEN", 5)).await.status, 201);
    let declared = json!({ "name": "Watts", "type": "number" });
    assert_eq!(shop.admin.post("/api/v1/attributes", &declared).await.status, 201);
    let sheet = "handle,title,sku,price,stock,attributes.Watts,Note\n\
        good,Good,G,1.00,3,40,=1+1\n\
        dear,Dear,D,\"1.234,56\",1,,'=cmd\n\
        half,Half,H-1,2.00,,,\nhalf,,H-2,two,,,\n\
        other,Other,TAKEN,3.00,,,\n\
        bright,Bright,B,4.00,,very,\n\
        fine,Fine,F,5.00,,,\n";
    for dry_run in [true, false] {
        let body = json!({ "content": sheet, "dry_run": dry_run });
        let import = shop.begin(&body).await;
        let view = shop.until(&import, ended).await;
        assert_eq!(counts(&view), [7, 2, 0, 0, 5], "dry run: {dry_run}: {view:#}");
        let refused = shop.text(&format!("{import}/errors")).await;
        let mut lines = refused.lines();
        assert_eq!(
            lines.next(),
            Some("line,column,problem,handle,title,sku,price,stock,attributes.Watts,Note")
        );
        let told: Vec<(String, String)> = lines
            .map(|line| {
                let mut cells = line.splitn(3, ',');
                (cells.next().unwrap().to_owned(), cells.next().unwrap().to_owned())
            })
            .collect();
        let expected = [("3", "price"), ("4", ""), ("5", "price"), ("6", "sku"), ("7", "attributes.Watts")];
        assert_eq!(told, expected.map(|(line, column)| (line.to_owned(), column.to_owned())), "{refused}");
        for sentence in [
            "write the amount as 1234.56",
            "line 5.",
            "Another product has the SKU",
            "this attribute is a number",
        ] {
            assert!(refused.contains(sentence), "{sentence}: {refused}");
        }
        // What a spreadsheet would take for a formula is none, and is not doubled.
        assert!(refused.contains(",'=cmd") && !refused.contains("''="), "{refused}");
        if dry_run {
            assert_eq!(all(&mut shop.admin, "/api/v1/products").await.len(), 1);
            continue;
        }
        let mended =
            refused.replace("\"1.234,56\"", "1234.56").replace(",two,", ",2.50,").replace(",very,", ",60,");
        let mended = mended.replace(",TAKEN,", ",FREE,");
        let view = shop.import(&json!({ "content": mended })).await;
        assert_eq!((counts(&view), &view["proposals"]), ([5, 5, 0, 0, 0], &json!({})), "{view:#}");
    }
    assert_eq!(all(&mut shop.admin, "/api/v1/products").await.len(), 7);
    // What only the catalog can know, for neither was there before: two products of one handle.
    let twins = "title,sku,price\nBefore,TW-0,1\nTwin,TW-1,1\nTwin,TW-2,2\nAfter,TW-3,3\n";
    let import = shop.begin(&json!({ "content": twins })).await;
    assert_eq!(counts(&shop.until(&import, ended).await), [4, 3, 0, 0, 1]);
    let refused = shop.text(&format!("{import}/errors")).await;
    let line = refused.lines().nth(1).unwrap();
    assert!(
        line.starts_with("4,handle,\"Another product has the handle") && line.ends_with(",Twin,TW-2,2"),
        "{refused}"
    );
    let dear = shop.product("D").await;
    assert_eq!(dear["variants"][0]["price"], 123_456);
    let shelf =
        shop.admin.get(&format!("/api/v1/inventory/{}", dear["variants"][0]["id"].as_str().unwrap())).await;
    assert_eq!(shelf.json()["on_hand"], 1);
    assert_eq!(shop.product("B").await["attributes"]["Watts"], 60);
    verify(&shop.world.cell);
}

async fn an_export_comes_back_without_a_change_and_a_changed_cell_changes_its_product(engine: Engine) {
    let mut shop = Shop::start(engine).await;
    let shirt = json!({
        "title": "=Shirt, \"best\"", "handle": "shirt", "description": "Line one\nline two", "status": "draft",
        "categories": ["tops", "sale"], "tags": ["a, b", "c"], "brand": "-Halo", "tax_class": "reduced",
        "attributes": { "Made in": "+Porto", "Care": "\n=cmd", "Colour": "＝cmd" }, "seo": { "title": "Shirts" },
        "options": [{ "name": "Size", "values": ["S", "M", "L"] }],
        "media": [{ "url": "https://cdn.example/s.jpg", "decorative": true }, { "url": "https://cdn.example/s.mp4", "alt": "Worn", "kind": "video" }],
        "variants": [
            { "sku": "S-1", "price": 1999, "compare_at": 2500, "options": { "Size": "S" }, "stock": 4, "weight_grams": 200 },
            { "sku": "S-2", "price": 1999, "options": { "Size": "M" }, "barcode": "4012345678901" },
        ],
    });
    assert_eq!(shop.admin.post("/api/v1/products", &shirt).await.status, 201);
    for n in 0..250 {
        assert_eq!(shop.admin.post("/api/v1/products", &lamp(&format!("L-{n:03}"), n)).await.status, 201);
    }
    let before = all(&mut shop.admin, "/api/v1/products").await;
    let sheet = shop.export().await;
    assert!(
        ["'=Shirt", "'-Halo", "'+Porto", "'\n=cmd", "'＝cmd"].iter().all(|cell| sheet.contains(cell)),
        "{}",
        &sheet[..800]
    );
    let again = shop.import(&json!({ "content": sheet, "update": true })).await;
    assert_eq!((&again["state"], counts(&again)), (&json!("done"), [252, 0, 0, 252, 0]), "{again:#}");
    assert_eq!(all(&mut shop.admin, "/api/v1/products").await, before, "what comes back changes nothing");

    let edited = sheet.replacen("19.99", "21.50", 1);
    let added_only = shop.import(&json!({ "content": edited })).await;
    assert_eq!(counts(&added_only), [252, 0, 0, 252, 0], "products that are there are left as they are");
    let changed = shop.import(&json!({ "content": edited, "update": true })).await;
    assert_eq!(counts(&changed), [252, 0, 2, 250, 0], "{changed:#}");
    let shirt = shop.product("S-1").await;
    assert_eq!(
        json!([shirt["version"], shirt["variants"][0]["price"], shirt["variants"][1]["price"]]),
        json!([2, 2150, 1999])
    );
    // Prices alone, by SKU: two rows of one product and one that nobody knows.
    let prices = "sku,price\nS-1,1.00\nS-2,2.00\nNEW,3.00\n";
    let view = shop.import(&json!({ "content": prices, "update": true })).await;
    assert_eq!(counts(&view), [3, 0, 2, 0, 1], "{view:#}");
    let shirt = shop.product("S-1").await;
    assert_eq!(
        json!([shirt["version"], shirt["title"], shirt["variants"][1]["price"]]),
        json!([3, "=Shirt, \"best\"", 200])
    );

    let one = shop.text("/api/v1/products/export.csv?sku=L-007").await;
    assert_eq!(one.lines().count(), 2, "{one}");
    let mut viewer = shop.world.colleague("a", "viewer").await;
    assert_eq!(viewer.get("/api/v1/products/export.csv").await.status, 200);
    assert_eq!(viewer.post("/api/v1/product-imports", &json!({ "content": prices })).await.status, 403);
    verify(&shop.world.cell);
}

/// Products of two variants each.
fn many(rows: usize) -> String {
    let mut sheet = "handle,title,sku,price,stock,option1_name,option1_value\n".to_owned();
    for n in 0..rows {
        let (product, size) = (n / 2, n % 2);
        sheet.push_str(&format!(
            "thing-{product},Thing {product},T-{n:05},{product}.50,{},Size,{size}\n",
            n % 7
        ));
        if size == 1 {
            let last = sheet.trim_end().rfind('\n').unwrap();
            let line = sheet.split_off(last + 1);
            sheet.push_str(&line.replacen(&format!("Thing {product}"), "", 1));
        }
    }
    sheet
}

async fn two_thousand_rows_are_taken_once_though_the_server_is_killed_in_the_middle(engine: Engine) {
    let mut shop = Shop::start(engine).await;
    // A product that is in the way, so that its chunk is halved until it is found.
    assert_eq!(shop.admin.post("/api/v1/products", &lamp("T-01200", 5)).await.status, 201);
    let import = shop.begin(&json!({ "content": many(2_000) })).await;
    for reached in [300, 1_000] {
        // Whoever looks meanwhile never sees a product of rows that the import has not read yet.
        loop {
            let read = shop.admin.get(&import).await.json()["read"].as_i64().unwrap();
            let next = shop.product(&format!("T-{read:05}")).await;
            let after = shop.admin.get(&import).await.json()["read"].as_i64().unwrap();
            assert!(next.is_null() || after > read, "row {read} had its effect before it was read");
            if read >= reached {
                break;
            }
        }
        // In the middle of the next chunk, more or less.
        tokio::time::sleep(Duration::from_millis(20)).await;
        shop.world.server.kill();
        shop.world.server.up().await;
        shop.admin = shop.world.admin("a");
        assert_eq!(shop.admin.get(&import).await.json()["state"], "running", "it was killed in the middle");
    }
    let view = shop.until(&import, ended).await;
    assert_eq!((&view["state"], counts(&view)), (&json!("done"), [2_000, 1_998, 0, 0, 2]), "{view:#}");
    let products = all(&mut shop.admin, "/api/v1/products").await;
    assert_eq!(products.len(), 1_000);
    assert!(products.iter().all(|product| product["version"] == 1), "nothing had its effect twice");
    let stocks = all(&mut shop.admin, "/api/v1/inventory").await;
    assert_eq!(stocks.len(), 1_999);
    for stock in stocks.iter().filter(|stock| stock["sku"] != "T-01200") {
        let number: i64 = stock["sku"].as_str().unwrap()[2..].parse().unwrap();
        assert_eq!(json!([stock["on_hand"], stock["version"]]), json!([number % 7, 1]), "{stock}");
    }
    assert_eq!(shop.text(&format!("{import}/errors")).await.lines().count(), 3);
    verify(&shop.world.cell);
}

async fn an_import_that_is_cancelled_keeps_what_it_took_and_takes_no_more(engine: Engine) {
    let mut shop = Shop::start(engine).await;
    let import = shop.begin(&json!({ "content": many(6_000) })).await;
    shop.until(&import, |view| ended(view) || view["read"].as_i64() >= Some(200)).await;
    for _ in 0..2 {
        assert_eq!(shop.admin.post(&format!("{import}/cancel"), &json!({})).await.status, 204);
    }
    let view = shop.admin.get(&import).await.json();
    assert_eq!(view["state"], "cancelled", "{view:#}");
    let (read, there) =
        (view["read"].as_i64().unwrap(), all(&mut shop.admin, "/api/v1/inventory").await.len());
    assert!(read < 6_000, "it had ended before anybody could cancel it");
    assert_eq!(i64::try_from(there).unwrap(), read, "what is there is what it says that it took");
    // It took no more: the same sheet once more adds all that was missing then.
    let rest = shop.import(&json!({ "content": many(6_000) })).await;
    assert_eq!(counts(&rest), [6_000, 6_000 - read, 0, read, 0], "{rest:#}");
    verify(&shop.world.cell);
}

async fn a_sheet_made_to_be_told_much_about_is_told_a_little_of_each_row(engine: Engine) {
    let mut shop = Shop::start(engine).await;
    let names: Vec<String> = (0..300).map(|n| format!("attributes.{n:0>180}")).collect();
    let row = |n: usize| format!("p-{n},Lamp,L-{n},1,{}\n", "x,".repeat(300));
    let rows: String = (0..250).map(row).collect();
    let text = format!("handle,title,sku,price,{}\n{rows}p-0,,L-900,1\ngood,Good,G,1\n", names.join(","));
    let file = shop.file(text.as_bytes()).await;
    let import = shop.begin(&json!({ "file": file })).await;
    let read = shop.until(&import, ended).await;
    assert_eq!((&read["state"], counts(&read)), (&json!("done"), [252, 1, 0, 0, 251]), "{}", read["told"]);
    let refused = shop.text(&format!("{import}/errors")).await;
    let told = refused.lines().skip(1).map(|line| line.split(",x,").next().unwrap().len());
    assert!(told.clone().count() == 251 && told.clone().all(|bytes| bytes < 1200), "{:?}", told.max());
    assert!(
        refused.lines().nth(1).unwrap().contains("; and 291 more,"),
        "{}",
        refused.lines().nth(1).unwrap()
    );
    let wider = format!("sku{}\nA\n", ",a".repeat(540));
    let file = shop.file(wider.as_bytes()).await;
    let wider = shop.import(&json!({ "file": file })).await;
    assert_eq!(
        (&wider["state"], &wider["told"]),
        (&json!("failed"), &json!("The file has more than 540 columns."))
    );
    verify(&shop.world.cell);
}

async fn what_is_no_sheet_is_refused_in_a_sentence(engine: Engine) {
    let mut shop = Shop::start(engine).await;
    for (body, pointer) in [
        (json!({}), "/file"),
        (json!({ "content": "sku\nA\n", "file": "0198c0de-0000-7000-8000-000000000000" }), "/file"),
        (json!({ "file": "0198c0de-0000-7000-8000-000000000000" }), "/file"),
        (json!({ "content": " " }), "/content"),
        (json!({ "content": "sku\nA\n", "delimiter": "|" }), "/delimiter"),
        (json!({ "content": "sku\nA\n", "mapping": { "a/b": "colour" } }), "/mapping/a~1b"),
        (json!({ "content": "sku\nA\n", "mapping": { "a".repeat(201): "sku" } }), "/mapping"),
    ] {
        let refused = shop.admin.post("/api/v1/product-imports", &body).await;
        assert_eq!((refused.status, pointers(&refused)), (422, vec![pointer.to_owned()]), "{body}");
    }
    let utf16: Vec<u8> =
        "\u{feff}sku;title;price\nÄ-1;Ä;1\nU-1;Ü;2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = shop.file(&utf16).await;
    let read = shop.import(&json!({ "file": file })).await;
    assert_eq!((&read["encoding"], counts(&read)), (&json!("utf-16le"), [2, 1, 0, 0, 1]), "{read:#}");
    assert_eq!(shop.product("U-1").await["title"], "Ü");

    let picture = shop.file(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x81").await;
    let about = shop.import(&json!({ "file": picture })).await;
    assert_eq!(about["state"], "failed");
    assert!(about["told"].as_str().unwrap().contains("Save the sheet as CSV in UTF-8"), "{about:#}");
    let open = format!("sku,title\nA,\"{}", "x,y\n".repeat(400_000));
    let file = shop.file(open.as_bytes()).await;
    let endless = shop.import(&json!({ "file": file })).await;
    assert!(endless["told"].as_str().unwrap().contains("a quote is not closed"), "{endless:#}");
    let errors = format!("/api/v1/product-imports/{}/errors", endless["id"].as_str().unwrap());
    assert_eq!(shop.admin.get(&errors).await.code(), "import_unread");
    let gone = format!("/api/v1/files/{}", picture.as_str().unwrap());
    assert_eq!(shop.admin.delete(&gone).await.status, 200);
    let removed = shop.admin.post("/api/v1/product-imports", &json!({ "file": picture })).await;
    assert_eq!(pointers(&removed), ["/file"]);
    // Another shop sees neither the import nor the file.
    let mut stranger = shop.world.admin("b");
    for path in [errors.as_str(), errors.trim_end_matches("/errors")] {
        assert_eq!(stranger.get(path).await.code(), "not_found", "{path}");
    }
    let stolen = stranger.post("/api/v1/product-imports", &json!({ "file": file })).await;
    assert_eq!(pointers(&stolen), ["/file"]);
    verify(&shop.world.cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_writes_a_sheet_and_takes_it_in_whether_something_serves_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(folder.path().join("data"));
    let keys = ["a", "b"].map(|slug| make_tenant(&cell, slug));
    let mut server = Server::start(cell.clone()).await;
    let created = server.client("a", Some(&keys[0])).post("/api/v1/products", &lamp("L", 5)).await;
    assert_eq!(created.status, 201, "{}", created.json());
    let sheet = folder.path().join("products.csv");
    let sheet = sheet.to_str().unwrap();
    command(&cell, &["products", "export", "--tenant", "a", sheet]);
    let written = std::fs::read_to_string(sheet).unwrap();
    assert_eq!(
        command(&cell, &["products", "export", "--tenant", "a", "-"]),
        written.trim().replace("\r\n", "\n")
    );
    assert!(refused(&cell, &["products", "export", "--tenant", "a", sheet]).contains("is there already"));

    let mut there = server.client("b", Some(&keys[1]));
    command(&cell, &["products", "import", "--tenant", "b", sheet, "--dry-run"]);
    assert!(all(&mut there, "/api/v1/products").await.is_empty());
    let import = command(&cell, &["products", "import", "--tenant", "b", sheet]);
    let view = there.get(&format!("/api/v1/product-imports/{import}")).await.json();
    assert_eq!((&view["state"], counts(&view)), (&json!("done"), [1, 1, 0, 0, 0]), "{view:#}");
    let lamps = all(&mut there, "/api/v1/products").await;
    assert_eq!(json!([lamps[0]["title"], lamps[0]["categories"]]), json!(["Lamp L", ["lighting"]]));

    // Refused rows are told with their reasons, and a script sees it by the exit code.
    std::fs::write(sheet, written.replace("19.99", "cheap")).unwrap();
    let output = binary_command(&cell, &["products", "import", "--tenant", "b", sheet, "--update"]).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let reason = told.lines().find(|line| line.starts_with("line ")).unwrap_or_else(|| panic!("{told}"));
    assert!(reason.contains("price"), "{told}");
    let import = told.lines().next().unwrap();
    let again = binary_command(&cell, &["products", "show", "--tenant", "b", import]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&again.stdout).trim(), reason);
    assert_eq!(again.status.code(), Some(1));

    server.stop();
    std::fs::write(sheet, written.replace("19.99", "21.00")).unwrap();
    let import = command(&cell, &["products", "import", "--tenant", "b", sheet, "--update"]);
    server.up().await;
    let mut there = server.client("b", Some(&keys[1]));
    let view = there.until(&format!("/api/v1/product-imports/{import}"), ended).await;
    assert_eq!(counts(&view), [1, 0, 1, 0, 0], "{view:#}");
}
