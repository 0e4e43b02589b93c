//! What search engines may find: everything on sale and every category, in parts once there is much of it.

use axum::extract::Path;
use axum::response::Response;
use kernel::Problem;

use crate::answer;
use crate::visit::Visit;

/// How many addresses stand in one part.
const PART: usize = 10_000;
const KIND: &str = "application/xml; charset=utf-8";
const KEPT: &str = "public, max-age=3600";

pub(crate) async fn sitemap(visit: Visit) -> Response {
    let addresses = addresses(&visit);
    if addresses.len() <= PART {
        return answer::kept(&visit, KIND, KEPT, listed(&visit, &addresses));
    }
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for part in 1..=addresses.len().div_ceil(PART) {
        text.push_str(&format!(
            "<sitemap><loc>{}/sitemap/{part}.xml</loc></sitemap>\n",
            escaped(&visit.origin)
        ));
    }
    text.push_str("</sitemapindex>\n");
    answer::kept(&visit, KIND, KEPT, text)
}

pub(crate) async fn part(Path(name): Path<String>, visit: Visit) -> Response {
    let addresses = addresses(&visit);
    let number = name.strip_suffix(".xml").and_then(|number| number.parse::<usize>().ok());
    let part = number.and_then(|number| addresses.chunks(PART).nth(number.checked_sub(1)?));
    match part {
        Some(part) => answer::kept(&visit, KIND, KEPT, listed(&visit, part)),
        None => visit.show(Err(Problem::not_found("sitemap"))),
    }
}

pub(crate) async fn robots(visit: Visit) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /cart\nDisallow: /checkout\nDisallow: /orders/\nDisallow: /drafts/\nDisallow: /account\nDisallow: /search\nDisallow: /api/\nSitemap: {}/sitemap.xml\n",
        visit.origin
    );
    answer::kept(&visit, "text/plain; charset=utf-8", KEPT, text)
}

/// Paths, each with the day on which what it shows was changed last.
fn addresses(visit: &Visit) -> Vec<(String, Option<&str>)> {
    let snapshot = &visit.snapshot;
    let shelves = snapshot.shelves.iter().filter(|shelf| shelf.count > 0);
    let shelves = shelves.map(|shelf| (format!("/c/{}", shelf.category.handle), None));
    let products = snapshot
        .products
        .iter()
        .map(|product| (format!("/p/{}", product.handle), product.updated_at.get(..10)));
    std::iter::once(("/".to_owned(), None)).chain(shelves).chain(products).collect()
}

fn listed(visit: &Visit, addresses: &[(String, Option<&str>)]) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (path, day) in addresses {
        let day = day.map_or_else(String::new, |day| format!("<lastmod>{day}</lastmod>"));
        text.push_str(&format!("<url><loc>{}{path}</loc>{day}</url>\n", escaped(&visit.origin)));
    }
    text.push_str("</urlset>\n");
    text
}

/// A host is what a browser sent; paths are handles.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
