//! A theme as a style sheet: the few colours that were chosen, and all that follow from them.

use super::colour::Colour;
use super::settings::{Density, Font, Palette, Theme};

pub fn css(theme: &Theme) -> String {
    let space = match theme.density {
        Density::Compact => "0.85",
        Density::Comfortable => "1",
        Density::Airy => "1.2",
    };
    format!(
        ":root{{--round:{}px;--heading:{};--text:{};--space:{space};{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        theme.radius,
        family(theme.heading_font),
        family(theme.text_font),
        colours(&theme.light),
        colours(&theme.night()),
    )
}

fn colours(palette: &Palette) -> String {
    let Palette { paper, ink, accent } = *palette;
    let dark = paper.opposite() == Colour::WHITE;
    let card = paper.towards(if dark { ink } else { Colour::WHITE }, if dark { 6 } else { 65 });
    let wash = paper.towards(ink, 6);
    let grounds = [paper, card, wash];
    let soft = ink.towards(paper, 38).readable_on(&grounds);
    let (ink, accent) = (ink.readable_on(&grounds), accent.readable_on(&grounds));
    let (wrong, good) = (Colour::rgb(176, 24, 40), Colour::rgb(24, 110, 60));
    let lighten = |colour: Colour| if dark { colour.towards(Colour::WHITE, 45) } else { colour };
    [
        ("paper", paper),
        ("ink", ink),
        ("soft", soft),
        ("card", card),
        ("wash", wash),
        ("line", paper.towards(ink, 14)),
        ("edge", ink.towards(paper, 45)),
        ("accent", accent),
        ("on-accent", accent.opposite()),
        ("deep", accent.towards(ink, 30)),
        ("wrong", lighten(wrong).readable_on(&grounds)),
        ("good", lighten(good).readable_on(&grounds)),
    ]
    .iter()
    .map(|(name, colour)| format!("--{name}:{colour};"))
    .collect()
}

fn family(font: Font) -> &'static str {
    match font {
        Font::Sans => "system-ui,sans-serif",
        Font::Humanist => "Seravek,\"Gill Sans Nova\",Ubuntu,Calibri,\"DejaVu Sans\",sans-serif",
        Font::Geometric => "Avenir,Montserrat,Corbel,\"URW Gothic\",sans-serif",
        Font::Serif => "\"Iowan Old Style\",\"Palatino Linotype\",\"URW Palladio L\",P052,Georgia,serif",
        Font::Slab => "Rockwell,\"Rockwell Nova\",\"Roboto Slab\",\"DejaVu Serif\",serif",
        Font::Mono => "ui-monospace,\"Cascadia Code\",Menlo,Consolas,monospace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::colour::READABLE;

    #[test]
    fn whatever_is_chosen_all_text_can_be_read_on_all_it_stands_on() {
        let palettes = [
            Theme::default().light,
            Theme::default().night(),
            Palette { paper: Colour::WHITE, ink: Colour::BLACK, accent: Colour::rgb(0, 90, 200) },
            Palette { paper: Colour::BLACK, ink: Colour::WHITE, accent: Colour::rgb(255, 204, 0) },
        ];
        for palette in palettes {
            let css = colours(&palette);
            let colour = |name: &str| -> Colour {
                let (_, rest) = css.split_once(&format!("--{name}:")).unwrap();
                rest[..7].parse().unwrap()
            };
            for text in ["ink", "soft", "accent", "wrong", "good"] {
                for ground in ["paper", "card", "wash"] {
                    let contrast = colour(text).contrast(colour(ground));
                    assert!(contrast >= READABLE, "{text} on {ground}: {contrast} in {css}");
                }
            }
            assert!(colour("on-accent").contrast(colour("accent")) >= READABLE, "{css}");
        }
    }
}
