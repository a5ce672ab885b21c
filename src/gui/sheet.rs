//! A contact sheet: pictures of one size in a grid, as one picture.

use bevy::asset::RenderAssetUsages;
use bevy::image::Image;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

/// Between pictures, and around them all, in pixels.
const GAP_PX: usize = 12;
/// Most pictures side by side.
const MOST_COLUMNS: usize = 4;
const BYTES_PER_PIXEL: usize = 4;

/// Puts pictures of the first one's size into rows; none where there is no picture.
pub(super) fn compose(pictures: &[Image], background: [u8; 4]) -> Option<Image> {
    let first = pictures.first()?;
    let cell = (first.width() as usize, first.height() as usize);
    let columns = columns(pictures.len());
    let rows = pictures.len().div_ceil(columns);
    let width = columns * (cell.0 + GAP_PX) + GAP_PX;
    let height = rows * (cell.1 + GAP_PX) + GAP_PX;
    let mut pixels = background.repeat(width * height);
    for (position, picture) in pictures.iter().enumerate() {
        let left = GAP_PX + position % columns * (cell.0 + GAP_PX);
        let top = GAP_PX + position / columns * (cell.1 + GAP_PX);
        let data = picture.data.as_deref()?;
        for (row, line) in data.chunks_exact(cell.0 * BYTES_PER_PIXEL).enumerate() {
            let at = ((top + row) * width + left) * BYTES_PER_PIXEL;
            pixels.get_mut(at..at + line.len())?.copy_from_slice(line);
        }
    }
    let size = Extent3d {
        width: u32::try_from(width).ok()?,
        height: u32::try_from(height).ok()?,
        depth_or_array_layers: 1,
    };
    Some(Image::new(
        size,
        TextureDimension::D2,
        pixels,
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::MAIN_WORLD,
    ))
}

/// As many columns as rows, roughly: pictures are wide, and so is a page.
fn columns(pictures: usize) -> usize {
    (1..=MOST_COLUMNS)
        .find(|columns| columns * columns >= pictures)
        .unwrap_or(MOST_COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(colour: [u8; 4]) -> Image {
        let size = Extent3d {
            width: 3,
            height: 2,
            depth_or_array_layers: 1,
        };
        Image::new(
            size,
            TextureDimension::D2,
            colour.repeat(6),
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::MAIN_WORLD,
        )
    }

    #[test]
    fn every_picture_is_on_the_sheet_once_and_none_covers_another() {
        let colours: Vec<[u8; 4]> = (1..=5).map(|grey| [grey, grey, grey, 255]).collect();
        let pictures: Vec<Image> = colours.iter().map(|colour| plain(*colour)).collect();
        let sheet = compose(&pictures, [0, 0, 0, 255]).unwrap();
        let data = sheet.data.unwrap();
        for colour in colours {
            let found = data.chunks_exact(4).filter(|pixel| *pixel == colour);
            assert_eq!(found.count(), 6);
        }
    }

    #[test]
    fn no_picture_makes_no_sheet() {
        assert!(compose(&[], [0; 4]).is_none());
    }
}
