//! Colours, and whether one can be read on another. Integers only: a millionth of white is one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Red, green and blue, written as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// How much lighter one is than the other, in hundredths: text is readable from 4.5 on, which is 450.
pub const READABLE: u64 = 450;

impl Colour {
    pub const WHITE: Self = Self([255; 3]);
    pub const BLACK: Self = Self([0; 3]);

    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// The contrast of WCAG 2.2, in hundredths: 100 is none, 2100 is black on white.
    pub fn contrast(self, other: Self) -> u64 {
        let (one, two) = (self.luminance() + 50_000, other.luminance() + 50_000);
        one.max(two) * 100 / one.min(two)
    }

    /// So many percent of the way to another colour.
    pub fn towards(self, other: Self, percent: u16) -> Self {
        let mix = |n: usize| {
            let sum = u16::from(self.0[n]) * (100 - percent) + u16::from(other.0[n]) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self([mix(0), mix(1), mix(2)])
    }

    /// Black or white, whichever can be read better on it.
    pub fn opposite(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// Itself, or as far towards black or white as it takes to be read on all of these.
    pub fn readable_on(self, grounds: &[Self]) -> Self {
        let to = grounds.first().map_or(Self::BLACK, |ground| ground.opposite());
        let reads = |colour: &Self| grounds.iter().all(|ground| colour.contrast(*ground) >= READABLE + 10);
        (0..=100).step_by(5).map(|percent| self.towards(to, percent)).find(reads).unwrap_or(to)
    }

    fn luminance(self) -> u64 {
        let [red, green, blue] = self.0.map(|part| LINEAR[usize::from(part)]);
        (red * 2126 + green * 7152 + blue * 722) / 10_000
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "write a colour as #rrggbb";
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .ok_or(wrong)?;
        let part = |n: usize| u8::from_str_radix(&digits[n..n + 2], 16).map_err(|_| wrong);
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl TryFrom<String> for Colour {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

/// How much light each step of a part of a colour is, in millionths, as sRGB has it.
const LINEAR: [u64; 256] = [
    0, 304, 607, 911, 1214, 1518, 1821, 2125, 2428, 2732, 3035, 3347, 3677, 4025, 4391, 4777, 5182, 5605,
    6049, 6512, 6995, 7499, 8023, 8568, 9134, 9721, 10330, 10960, 11612, 12286, 12983, 13702, 14444, 15209,
    15996, 16807, 17642, 18500, 19382, 20289, 21219, 22174, 23153, 24158, 25187, 26241, 27321, 28426, 29557,
    30713, 31896, 33105, 34340, 35601, 36889, 38204, 39546, 40915, 42311, 43735, 45186, 46665, 48172, 49707,
    51269, 52861, 54480, 56128, 57805, 59511, 61246, 63010, 64803, 66626, 68478, 70360, 72272, 74214, 76185,
    78187, 80220, 82283, 84376, 86500, 88656, 90842, 93059, 95307, 97587, 99899, 102242, 104616, 107023,
    109462, 111932, 114435, 116971, 119538, 122139, 124772, 127438, 130136, 132868, 135633, 138432, 141263,
    144128, 147027, 149960, 152926, 155926, 158961, 162029, 165132, 168269, 171441, 174647, 177888, 181164,
    184475, 187821, 191202, 194618, 198069, 201556, 205079, 208637, 212231, 215861, 219526, 223228, 226966,
    230740, 234551, 238398, 242281, 246201, 250158, 254152, 258183, 262251, 266356, 270498, 274677, 278894,
    283149, 287441, 291771, 296138, 300544, 304987, 309469, 313989, 318547, 323143, 327778, 332452, 337164,
    341914, 346704, 351533, 356400, 361307, 366253, 371238, 376262, 381326, 386429, 391572, 396755, 401978,
    407240, 412543, 417885, 423268, 428690, 434154, 439657, 445201, 450786, 456411, 462077, 467784, 473531,
    479320, 485150, 491021, 496933, 502886, 508881, 514918, 520996, 527115, 533276, 539479, 545724, 552011,
    558340, 564712, 571125, 577580, 584078, 590619, 597202, 603827, 610496, 617207, 623960, 630757, 637597,
    644480, 651406, 658375, 665387, 672443, 679542, 686685, 693872, 701102, 708376, 715694, 723055, 730461,
    737910, 745404, 752942, 760525, 768151, 775822, 783538, 791298, 799103, 806952, 814847, 822786, 830770,
    838799, 846873, 854993, 863157, 871367, 879622, 887923, 896269, 904661, 913099, 921582, 930111, 938686,
    947307, 955973, 964686, 973445, 982251, 991102, 1000000,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_what_the_recommendation_says_it_is() {
        assert_eq!(Colour::BLACK.contrast(Colour::WHITE), 2100);
        assert_eq!(colour("#767676").contrast(Colour::WHITE), 454);
        assert_eq!(colour("#777777").contrast(Colour::WHITE), 447);
        assert_eq!(colour("#ff0000").contrast(colour("#ff0000")), 100);
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_made_so_that_it_can() {
        for (text, ground) in [("#ffcc00", "#ffffff"), ("#202020", "#141311"), ("#808080", "#7f7f7f")] {
            let ground = colour(ground);
            let made = colour(text).readable_on(&[ground]);
            assert!(made.contrast(ground) >= READABLE || ground.opposite() == made, "{made} on {ground}");
        }
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in ["", "red", "#fff", "#12345g", "#1234567", "#ÿÿ12", "#+1+1+1"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }
}
