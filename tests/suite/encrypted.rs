//! A database that is reached over encrypted connections.

use galleria_tests::postgres::Postgres;
use galleria_tests::server::{Cell, Server, make_tenant, refused};

use crate::world::{lamp, order};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_to_the_first_server_that_answers_and_whom_an_authority_vouches_for() {
    let postgres = Postgres::prepared();
    let key = make_tenant(&Cell::Database(postgres.app_url()), "lamps");
    let authority = postgres.encrypt();
    let cell = Cell::Database(postgres.encrypted_url());
    let server = Server::start_with(cell.clone(), &[("SSL_CERT_FILE", authority.to_str().unwrap())]).await;
    let mut shop = server.client("lamps", Some(&key));
    assert_eq!(shop.post("/api/v1/products", &lamp("L", 1000)).await.status, 201);
    for _ in 0..20 {
        assert_eq!(shop.post("/api/v1/orders", &order(&[("L", 1)])).await.status, 201);
    }

    let told = refused(&cell, &["tenant", "list"]);
    assert!(told.contains("certificate"), "{told}");
    let told = refused(&Cell::Database(postgres.app_url()), &["tenant", "list"]);
    assert!(told.contains("does not let us in"), "{told}");
}
