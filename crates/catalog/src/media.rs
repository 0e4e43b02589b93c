//! Pictures and films of a product or a category, and what search engines are told.

use kernel::Check;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

/// A picture or a film: a file of the shop, or an address elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// The id of a file of the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Uuid>,
    /// An address that begins with https://.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 2000,
        pattern = "^https://[!-~]+$",
        extensions(("x-write" = json!("an address that begins with https://, of at most 2,000 signs")))
    )]
    pub url: Option<String>,
    /// What is to be seen, for whoever does not see it. Only what is decorative has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub alt: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decorative: bool,
    #[serde(default)]
    pub kind: MediaKind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum MediaKind {
    #[default]
    Image,
    Video,
}

/// What search engines are told, where it is not the title and the description.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seo {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub description: Option<String>,
}

impl Media {
    pub(crate) fn check_all(media: &[Self], check: &mut Check) {
        for (n, one) in media.iter().enumerate() {
            one.check(n, check);
        }
    }

    fn check(&self, n: usize, check: &mut Check) {
        check.that(
            self.file.is_some() != self.url.is_some(),
            format!("/media/{n}"),
            "name a file or a url, and not both",
        );
        check.that(
            self.decorative != self.alt.is_some(),
            format!("/media/{n}/alt"),
            "say in 1 to 500 letters what is to be seen, or mark it as decorative",
        );
    }
}

impl Seo {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(media: Media) -> Vec<String> {
        let mut check = Check::default();
        edge::check_limits(&media, "/media/0", &mut check);
        Media::check_all(&[media], &mut check);
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| field.pointer).collect()
    }

    #[test]
    fn a_picture_says_what_is_to_be_seen_or_that_it_is_decorative() {
        let url = || Some("https://cdn.example.com/a.jpg".to_owned());
        assert_eq!(wrong(Media { url: url(), ..Media::default() }), ["/media/0/alt"]);
        assert!(wrong(Media { url: url(), decorative: true, ..Media::default() }).is_empty());
        assert!(wrong(Media { url: url(), alt: Some("A lamp".into()), ..Media::default() }).is_empty());
        let both = Media { url: url(), alt: Some("A lamp".into()), decorative: true, ..Media::default() };
        assert_eq!(wrong(both), ["/media/0/alt"]);
    }

    #[test]
    fn a_picture_is_one_file_or_one_safe_address() {
        let decorative = |file, url: Option<&str>| Media {
            file,
            url: url.map(str::to_owned),
            decorative: true,
            ..Media::default()
        };
        assert!(wrong(decorative(Some(Uuid::max()), None)).is_empty());
        assert_eq!(wrong(decorative(None, None)), ["/media/0"]);
        assert_eq!(wrong(decorative(Some(Uuid::max()), Some("https://a.example/b"))), ["/media/0"]);
        for url in ["http://a.example/b", "javascript:alert(1)", "https://", "https://a b"] {
            assert_eq!(wrong(decorative(None, Some(url))), ["/media/0/url"], "{url}");
        }
    }
}
