//! The peer of the database engine: pgbench, prepared and pipelined, writing the same rows to the same tables as the
//! same role under the same policies, without HTTP and without a decision.

use std::process::Command;
use std::time::Duration;

use galleria_tests::Postgres;

const TENANT: &str = "'00000000-0000-7000-8000-' || lpad(:t::text, 12, '0')";

/// Tenants 1 to 100 with a hundred stocks each.
pub fn prepare(postgres: &Postgres) {
    let sql = "
        insert into log.heads (tenant_id, one, position) select ('00000000-0000-7000-8000-' || lpad(t::text, 12, '0'))::uuid, 1, 0 from generate_series(1, 100) t;
        insert into log.states (tenant_id, id, stream, version, state)
          select ('00000000-0000-7000-8000-' || lpad(t::text, 12, '0'))::uuid, ('00000000-0000-7000-9000-' || lpad(v::text, 12, '0'))::uuid, 'stock', 1, '{\"opened\":true,\"on_hand\":1000000000,\"reserved\":0}'
          from generate_series(1, 100) t, generate_series(1, 100) v;
        insert into products.inventory (tenant_id, variant_id, product_id, sku, on_hand, reserved, version)
          select ('00000000-0000-7000-8000-' || lpad(t::text, 12, '0'))::uuid, ('00000000-0000-7000-9000-' || lpad(v::text, 12, '0'))::uuid, '00000000-0000-7000-9000-000000000000', 'P' || v, 1000000000, 0, 1
          from generate_series(1, 100) t, generate_series(1, 100) v;";
    psql(postgres, sql);
}

pub fn orders_per_second(postgres: &Postgres, tenants: usize, duration: Duration) -> f64 {
    let placed = "{\"customer\":{\"id\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"name\":{\"$personal\":{\"subject\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"value\":\"Ada Lovelace\"}},\"email\":{\"$personal\":{\"subject\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"value\":\"ada@example.com\"}},\"phone\":null,\"address\":{\"$personal\":{\"subject\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"value\":{\"line1\":\"12 Wells Road\",\"city\":\"Cork\",\"postal_code\":\"T23 F1K2\",\"country\":\"IE\"}}}},\"lines\":[{\"variant\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"product\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"sku\":\"P1\",\"title\":\"Product 1\",\"quantity\":1,\"unit_price\":{\"amount\":1999,\"currency\":\"EUR\"}},{\"variant\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"product\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"sku\":\"P2\",\"title\":\"Product 2\",\"quantity\":2,\"unit_price\":{\"amount\":1999,\"currency\":\"EUR\"}}],\"currency\":\"EUR\",\"total\":{\"amount\":5997,\"currency\":\"EUR\"},\"note\":null,\"at\":\"2026-11-21T00:03:56.123456Z\"}";
    let body = "x".repeat(1100);
    let event = |n: u32, stream: &str, id: &str, kind: &str, data: &str| {
        format!("({n}, gen_random_uuid(), '{stream}', {id}, 1, '{kind}', '{data}')")
    };
    let reserved = "{\"order\":\"01a1fb6a-b085-709e-9406-c2dd9541a777\",\"quantity\":1}";
    let script = format!(
        "\\set t random(1, {tenants})
\\set a random(1, 50)
\\set b random(51, 100)
\\set o random(1, 9000000000000000)
\\set p random(1, 9000000000000000)
\\startpipeline
begin;
select set_config('app.tenant', {TENANT}, true);
select id, version, state from states where id = any(array[{a}, {b}]) order by id for update;
select key from replies where key = {o};
update inventory set reserved = reserved + 1, version = version + 1 where variant_id = {a} and on_hand - reserved >= 1;
update inventory set reserved = reserved + 2, version = version + 1 where variant_id = {b} and on_hand - reserved >= 2;
insert into orders (id, version, status, customer_id, name, email, currency, total, items, placed_at, updated_at, details) values ({o}, 1, 'placed', {o}, 'Ada Lovelace', 'ada@example.com', 'EUR', 5997, 3, :o, :o, '{{\"shipping_address\":{{\"line1\":\"12 Wells Road\",\"city\":\"Cork\",\"postal_code\":\"T23 F1K2\",\"country\":\"IE\"}}}}');
insert into order_items (order_id, line, variant_id, product_id, sku, title, quantity, unit_price, total) values ({o}, 1, {a}, {a}, 'P1', 'Product 1', 1, 1999, 1999);
insert into order_items (order_id, line, variant_id, product_id, sku, title, quantity, unit_price, total) values ({o}, 2, {b}, {b}, 'P2', 'Product 2', 2, 1999, 3998);
insert into order_status_history (order_id, version, status, reason, actor, at) values ({o}, 1, 'placed', null, 'service:01a1fb6a-b085-709e-9406-c2dd9541a777', :o);
insert into states (id, stream, version, state) values ({o}, 'order', 1, '{{\"status\":\"placed\",\"reserved\":[[\"01a1fb6a-b085-709e-9406-c2dd9541a777\",1],[\"01a1fb6a-b085-709e-9406-c2dd9541a777\",2]]}}');
update states set version = version + 1, state = '{{\"opened\":true,\"on_hand\":1000000000,\"reserved\":12345}}' where id = {a};
update states set version = version + 1, state = '{{\"opened\":true,\"on_hand\":1000000000,\"reserved\":12345}}' where id = {b};
insert into subject_keys (subject, wrapped, created) values ({o}, decode(repeat('ab', 60), 'hex'), :o);
insert into replies (key, fingerprint, status, body, version, location, created) values ({o}, decode(md5(:o::text) || md5(:p::text), 'hex'), 201, '{body}', 1, '/api/v1/orders/01a1fb6a-b085-709e-9406-c2dd9541a777', :o);
with head as (update heads set position = position + 3 returning position) insert into events (position, id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, recorded, data) select head.position - 3 + e.n, e.id, e.stream, e.stream_id, head.position, e.kind, 1, 'staff', {o}, {o}, null, :o::bigint, :o::bigint, e.data from head, (values {one}, {two}, {three}) as e (n, id, stream, stream_id, version, kind, data);
commit;
\\endpipeline
",
        a = id("9000", "a"),
        b = id("9000", "b"),
        o = fresh("o"),
        one = event(1, "stock", &id("9000", "a"), "stock.reserved", reserved),
        two = event(2, "stock", &id("9000", "b"), "stock.reserved", reserved),
        three = event(3, "order", &fresh("o"), "order.placed", placed),
    );
    // A colon before a letter is a variable to pgbench, in a string too.
    let script = script.replace("\":null", "\": null").replace("\":true", "\": true");
    let file = postgres.folder().join("orders.sql");
    std::fs::write(&file, script).unwrap();
    let seconds = duration.as_secs().max(1).to_string();
    let mut best: f64 = 0.0;
    // pgbench has no lane: more clients of one tenant only wait for each other. It gets the number that suits it best.
    for clients in ["8", "16", "64"] {
        let output = Command::new(postgres.binaries().join("pgbench"))
            .args(["-n", "-M", "prepared", "-j", "2", "-c", clients, "-T", &seconds, "-f"])
            .arg(&file)
            .arg(postgres.app_url())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        let rate =
            told.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|line| line.split(' ').next());
        let rate: f64 = rate
            .unwrap_or_else(|| panic!("{told}{}", String::from_utf8_lossy(&output.stderr)))
            .parse()
            .unwrap();
        println!("    pgbench with {clients} clients: {rate:.0}/s");
        best = best.max(rate);
    }
    best
}

fn id(part: &str, name: &str) -> String {
    format!("('00000000-0000-7000-{part}-' || lpad(:{name}::text, 12, '0'))::uuid")
}

/// An id that no other transaction draws, later in order than those before it, as the server's are.
fn fresh(name: &str) -> String {
    format!(
        "(lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || lpad(to_hex(:{name}::bigint), 20, '7'))::uuid"
    )
}

fn psql(postgres: &Postgres, sql: &str) {
    let output = Command::new("psql")
        .args([&postgres.owner_url(), "-q", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
