//! Enums whose variants are words: of tables, of events and of the API.

use std::str::FromStr;

use strum::VariantArray;

/// An enum that derives `IntoStaticStr`, `EnumString` and `VariantArray` of `strum`. Its words come from the names of
/// its variants; they are contracts, so a variant that is renamed says with `#[strum(serialize = "…")]` what it was.
///
/// ```
/// use kernel::Word;
/// use strum::{EnumString, IntoStaticStr, VariantArray};
///
/// #[derive(Debug, Clone, Copy, PartialEq, IntoStaticStr, EnumString, VariantArray)]
/// #[strum(serialize_all = "snake_case")]
/// enum Parcel {
///     Packed,
///     UnderWay,
/// }
///
/// assert_eq!(Parcel::UnderWay.as_str(), "under_way");
/// assert_eq!((Parcel::named("packed"), Parcel::named("Packed")), (Some(Parcel::Packed), None));
/// assert_eq!(Parcel::ALL, [Parcel::Packed, Parcel::UnderWay]);
/// ```
pub trait Word: Copy + Into<&'static str> + FromStr + VariantArray {
    /// As they are declared.
    const ALL: &'static [Self] = Self::VARIANTS;

    fn as_str(self) -> &'static str {
        self.into()
    }

    fn named(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl<W: Copy + Into<&'static str> + FromStr + VariantArray> Word for W {}
