//! Which part of a picture is not as it was, and what must be drawn there.
//!
//! The window is thought of as tiles. Everything that is painted on a tile, in its order, makes one
//! number; a tile whose number is the one it had stays as it is. The others are gathered into
//! rectangles, and within these everything is painted again from the ground up.

use bevy_egui::egui::epaint::{ClippedPrimitive, Mesh, Primitive, Vertex, WHITE_UV};
use bevy_egui::egui::{Color32, Rect, TextureId, pos2};

/// Edge of a tile in pixels: small enough that a parcel on its way touches few of them.
const TILE: usize = 32;
/// Beyond this share of all tiles the whole picture is painted: one piece costs less than many.
const MOST_PIECEWISE: f32 = 0.6;
/// How far beyond its corners a triangle may colour pixels.
const MARGIN: f32 = 1.0;

/// What a picture is painted on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Canvas {
    /// Width and height in pixels
    pub size: [usize; 2],
    /// Pixels per point
    pub scale: f32,
}

/// What lies on a canvas, tile by tile.
#[derive(Debug, Default)]
pub(super) struct Painted {
    canvas: Option<Canvas>,
    tiles: Vec<u64>,
    /// Which of them were painted with the last picture
    fresh: Vec<bool>,
}

/// Pixels from the first to before the last, in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pixels {
    min: [usize; 2],
    max: [usize; 2],
}

impl Pixels {
    fn is_empty(self) -> bool {
        self.min[0] >= self.max[0] || self.min[1] >= self.max[1]
    }

    fn cut(self, other: Self) -> Self {
        let each = |at: usize| {
            let (min, max) = (self.min[at].max(other.min[at]), self.max[at]);
            (min, max.min(other.max[at]))
        };
        let ((left, right), (top, bottom)) = (each(0), each(1));
        Self {
            min: [left, top],
            max: [right, bottom],
        }
    }
}

/// Columns and rows of tiles, from the first to before the last.
type Span = Pixels;

impl Canvas {
    fn columns(&self) -> usize {
        self.size[0].div_ceil(TILE)
    }

    fn rows(&self) -> usize {
        self.size[1].div_ceil(TILE)
    }

    fn all(&self) -> Pixels {
        Pixels {
            min: [0, 0],
            max: self.size,
        }
    }

    /// The pixels within a rectangle of points, as the renderer cuts them.
    fn clip(&self, rect: Rect) -> Pixels {
        let pixel = |points: f32| (points * self.scale).round() as usize;
        let within = Pixels {
            min: [pixel(rect.min.x), pixel(rect.min.y)],
            max: [pixel(rect.max.x), pixel(rect.max.y)],
        };
        within.cut(self.all())
    }

    /// The points that these pixels are cut from.
    fn points(&self, pixels: Pixels) -> Rect {
        let point = |at: [usize; 2]| pos2(at[0] as f32 / self.scale, at[1] as f32 / self.scale);
        Rect::from_min_max(point(pixels.min), point(pixels.max))
    }

    /// The pixels a triangle may colour.
    fn reach(&self, corners: [&Vertex; 3]) -> Pixels {
        let least = |of: fn(&Vertex) -> f32| corners.map(of).into_iter().fold(f32::MAX, f32::min);
        let most = |of: fn(&Vertex) -> f32| corners.map(of).into_iter().fold(f32::MIN, f32::max);
        let floor = |points: f32| (points * self.scale - MARGIN).floor() as usize;
        let ceil = |points: f32| (points * self.scale + MARGIN).ceil() as usize;
        Pixels {
            min: [floor(least(|it| it.pos.x)), floor(least(|it| it.pos.y))],
            max: [ceil(most(|it| it.pos.x)), ceil(most(|it| it.pos.y))],
        }
    }

    fn tiles(&self, pixels: Pixels) -> Span {
        Span {
            min: pixels.min.map(|pixel| pixel / TILE),
            max: pixels.max.map(|pixel| pixel.div_ceil(TILE)),
        }
    }
}

impl Painted {
    /// Nobody knows what lies there: the next picture is painted whole.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// What was painted with the last picture may not be what it should be: the next one paints
    /// there again.
    pub(super) fn doubt(&mut self) {
        for (tile, fresh) in self.tiles.iter_mut().zip(&self.fresh) {
            if *fresh {
                *tile = !*tile;
            }
        }
    }

    /// What to paint so that these jobs are what is seen, over what lies there already. The ground
    /// is what is seen where no job paints.
    pub(super) fn over(
        &mut self,
        canvas: Canvas,
        jobs: Vec<ClippedPrimitive>,
        ground: Color32,
    ) -> Vec<ClippedPrimitive> {
        let Some(tiles) = numbers(&canvas, &jobs) else {
            self.forget();
            return whole(&canvas, jobs, ground);
        };
        let known = self.canvas == Some(canvas) && self.tiles.len() == tiles.len();
        let changed: Vec<bool> = if known {
            let both = tiles.iter().zip(&self.tiles);
            both.map(|(now, then)| now != then).collect()
        } else {
            vec![true; tiles.len()]
        };
        self.canvas = Some(canvas);
        self.tiles = tiles;
        let count = changed.iter().filter(|it| **it).count();
        if count as f32 > self.tiles.len() as f32 * MOST_PIECEWISE {
            self.fresh = vec![true; changed.len()];
            return whole(&canvas, jobs, ground);
        }
        self.fresh = changed;
        piecewise(&canvas, &jobs, ground, &pieces(&canvas, &self.fresh))
    }
}

/// The number of each tile, or nothing where something paints in a way of its own.
fn numbers(canvas: &Canvas, jobs: &[ClippedPrimitive]) -> Option<Vec<u64>> {
    let mut tiles = vec![0; canvas.columns() * canvas.rows()];
    let mut vertices = Vec::new();
    for job in jobs {
        let Primitive::Mesh(mesh) = &job.primitive else {
            return None;
        };
        let clip = canvas.clip(job.clip_rect);
        if clip.is_empty() {
            continue;
        }
        let seed = seed(mesh.texture_id, clip);
        vertices.clear();
        vertices.extend(mesh.vertices.iter().map(number_of));
        for (corners, place) in triangles(mesh) {
            let number = place.iter().fold(seed, |sum, at| {
                mix(sum, vertices.get(*at).copied().unwrap_or_default())
            });
            let span = canvas.tiles(canvas.reach(corners).cut(clip));
            for row in span.min[1]..span.max[1] {
                let line = row * canvas.columns();
                let tiles = tiles.get_mut(line + span.min[0]..line + span.max[0]);
                for tile in tiles.into_iter().flatten() {
                    *tile = mix(*tile, number);
                }
            }
        }
    }
    Some(tiles)
}

fn mix(sum: u64, word: u64) -> u64 {
    /// Odd, and its bits are in no order: 2^64 divided by the golden ratio
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = (sum.rotate_left(23) ^ word).wrapping_mul(MIX);
    mixed ^ mixed >> 29
}

fn pair(first: f32, second: f32) -> u64 {
    u64::from(first.to_bits()) << 32 | u64::from(second.to_bits())
}

fn number_of(vertex: &Vertex) -> u64 {
    let colour = u32::from_le_bytes(vertex.color.to_array());
    let place = mix(colour.into(), pair(vertex.pos.x, vertex.pos.y));
    mix(place, pair(vertex.uv.x, vertex.uv.y))
}

fn seed(texture: TextureId, clip: Pixels) -> u64 {
    let texture = match texture {
        TextureId::Managed(id) => id << 1,
        TextureId::User(id) => id << 1 | 1,
    };
    let corners = clip.min.into_iter().chain(clip.max);
    corners.fold(texture, |sum, edge| mix(sum, edge as u64))
}

/// A mesh's triangles: their corners, and where these are among its vertices.
fn triangles(mesh: &Mesh) -> impl Iterator<Item = ([&Vertex; 3], [usize; 3])> {
    let (triples, _) = mesh.indices.as_chunks::<3>();
    triples.iter().filter_map(|triple| {
        let place = triple.map(|index| index as usize);
        let [first, second, third] = place.map(|at| mesh.vertices.get(at));
        Some(([first?, second?, third?], place))
    })
}

/// Rectangles that hold all changed tiles and no other, in pixels.
fn pieces(canvas: &Canvas, changed: &[bool]) -> Vec<Pixels> {
    let mut found: Vec<Span> = Vec::new();
    for (row, line) in changed.chunks(canvas.columns().max(1)).enumerate() {
        let mut column = 0;
        for run in line.chunk_by(|one, next| one == next) {
            let (from, to) = (column, column + run.len());
            column = to;
            if run.first() != Some(&true) {
                continue;
            }
            let above = found.iter_mut().rev().find(|it| {
                // As wide as what was found right above it
                it.max[1] == row && it.min[0] == from && it.max[0] == to
            });
            match above {
                Some(above) => above.max[1] = row + 1,
                None => found.push(Span {
                    min: [from, row],
                    max: [to, row + 1],
                }),
            }
        }
    }
    let pixels = |span: Span| Pixels {
        min: span.min.map(|tile| tile * TILE),
        max: span.max.map(|tile| tile * TILE),
    };
    found
        .into_iter()
        .map(|it| pixels(it).cut(canvas.all()))
        .collect()
}

/// Everything, on the ground.
fn whole(canvas: &Canvas, jobs: Vec<ClippedPrimitive>, ground: Color32) -> Vec<ClippedPrimitive> {
    let mut painted = Vec::with_capacity(jobs.len() + 1);
    painted.push(bare(canvas, canvas.all(), ground));
    painted.extend(jobs);
    painted
}

/// The ground alone.
fn bare(canvas: &Canvas, pixels: Pixels, ground: Color32) -> ClippedPrimitive {
    let clip_rect = canvas.points(pixels);
    let mut mesh = Mesh::default();
    mesh.add_rect_with_uv(clip_rect, Rect::from_min_max(WHITE_UV, WHITE_UV), ground);
    ClippedPrimitive {
        clip_rect,
        primitive: Primitive::Mesh(mesh),
    }
}

/// What reaches into these pieces, in its order within each.
fn piecewise(
    canvas: &Canvas,
    jobs: &[ClippedPrimitive],
    ground: Color32,
    pieces: &[Pixels],
) -> Vec<ClippedPrimitive> {
    let mut layers: Vec<Vec<ClippedPrimitive>> = pieces
        .iter()
        .map(|piece| vec![bare(canvas, *piece, ground)])
        .collect();
    for job in jobs {
        let Primitive::Mesh(mesh) = &job.primitive else {
            continue;
        };
        let clip = canvas.clip(job.clip_rect);
        let cuts: Vec<(usize, Pixels)> = pieces
            .iter()
            .map(|piece| piece.cut(clip))
            .enumerate()
            .filter(|(_, cut)| !cut.is_empty())
            .collect();
        if cuts.is_empty() {
            continue;
        }
        let mut parts: Vec<Mesh> = vec![Mesh::with_texture(mesh.texture_id); cuts.len()];
        for (corners, _) in triangles(mesh) {
            let reach = canvas.reach(corners);
            for ((_, cut), part) in cuts.iter().zip(&mut parts) {
                if reach.cut(*cut).is_empty() {
                    continue;
                }
                let first = part.vertices.len() as u32;
                part.vertices.extend(corners.map(|corner| *corner));
                part.indices.extend([first, first + 1, first + 2]);
            }
        }
        for ((piece, cut), part) in cuts.iter().zip(parts) {
            if let Some(layer) = layers.get_mut(*piece)
                && !part.is_empty()
            {
                layer.push(ClippedPrimitive {
                    clip_rect: canvas.points(*cut),
                    primitive: Primitive::Mesh(part),
                });
            }
        }
    }
    layers.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use bevy_egui::egui::vec2;
    use proptest::prelude::*;

    use super::*;

    const CANVAS: Canvas = Canvas {
        size: [200, 150],
        scale: 1.0,
    };
    const GROUND: Color32 = Color32::BLACK;

    /// A filled box within a clip, both as left, top, width and height.
    type Filled = ([usize; 4], [usize; 4], u8);

    fn rect([left, top, width, height]: [usize; 4]) -> Rect {
        let min = pos2(left as f32, top as f32);
        Rect::from_min_size(min, vec2(width as f32, height as f32))
    }

    fn jobs(boxes: &[Filled]) -> Vec<ClippedPrimitive> {
        let job = |(area, clip, shade): &Filled| {
            let mut mesh = Mesh::default();
            mesh.add_colored_rect(rect(*area), Color32::from_gray(*shade));
            ClippedPrimitive {
                clip_rect: rect(*clip),
                primitive: Primitive::Mesh(mesh),
            }
        };
        boxes.iter().map(job).collect()
    }

    /// Paints as a renderer does: pixels whose middle is within a triangle and within the clip.
    fn paint(pixels: &mut [u8], jobs: &[ClippedPrimitive]) {
        for job in jobs {
            let clip = CANVAS.clip(job.clip_rect);
            let Primitive::Mesh(mesh) = &job.primitive else {
                continue;
            };
            for ([a, b, c], _) in triangles(mesh) {
                for y in clip.min[1]..clip.max[1] {
                    for x in clip.min[0]..clip.max[0] {
                        let at = pos2(x as f32 + 0.5, y as f32 + 0.5);
                        let side = |from: &Vertex, to: &Vertex| {
                            let (edge, out) = (to.pos - from.pos, at - from.pos);
                            edge.x * out.y - edge.y * out.x
                        };
                        let sides = [side(a, b), side(b, c), side(c, a)];
                        let inside =
                            sides.iter().all(|it| *it >= 0.0) || sides.iter().all(|it| *it <= 0.0);
                        if inside {
                            pixels[y * CANVAS.size[0] + x] = a.color.r();
                        }
                    }
                }
            }
        }
    }

    fn blank() -> Vec<u8> {
        vec![0; CANVAS.size[0] * CANVAS.size[1]]
    }

    #[test]
    fn the_first_picture_is_painted_whole_and_the_same_one_again_not_at_all() {
        let mut painted = Painted::default();
        let boxes = [([10, 10, 50, 40], [0, 0, 200, 150], 90)];
        assert_eq!(painted.over(CANVAS, jobs(&boxes), GROUND).len(), 2);
        assert!(painted.over(CANVAS, jobs(&boxes), GROUND).is_empty());
    }

    #[test]
    fn what_moves_is_painted_where_it_was_and_where_it_is() {
        let mut painted = Painted::default();
        let ground = ([0, 0, 200, 150], [0, 0, 200, 150], 30);
        let still = ([150, 100, 20, 20], [0, 0, 200, 150], 200);
        let moving = |left| ([left, 5, 4, 4], [0, 0, 200, 150], 90);
        painted.over(CANVAS, jobs(&[ground, still, moving(5)]), GROUND);
        let again = painted.over(CANVAS, jobs(&[ground, still, moving(100)]), GROUND);
        let far_right = |job: &ClippedPrimitive| job.clip_rect.max.x > 128.0;
        assert!(!again.is_empty() && !again.iter().any(far_right));
        let left = again.iter().any(|job| job.clip_rect.min.x == 0.0);
        let right = again.iter().any(|job| job.clip_rect.min.x == 96.0);
        assert!(left && right);
    }

    #[test]
    fn another_size_another_scale_and_forgetting_make_it_whole_again() {
        let boxes = [([10, 10, 50, 40], [0, 0, 200, 150], 90)];
        let mut painted = Painted::default();
        let sizes = [
            CANVAS,
            Canvas {
                size: [200, 151],
                ..CANVAS
            },
            Canvas {
                scale: 2.0,
                ..CANVAS
            },
        ];
        for canvas in sizes {
            assert_eq!(painted.over(canvas, jobs(&boxes), GROUND).len(), 2);
        }
        painted.forget();
        assert_eq!(painted.over(CANVAS, jobs(&boxes), GROUND).len(), 2);
    }

    #[test]
    fn what_was_painted_in_doubt_is_painted_again_and_nothing_else() {
        let mut painted = Painted::default();
        let still = ([150, 100, 20, 20], [0, 0, 200, 150], 200);
        let moving = |left| ([left, 5, 4, 4], [0, 0, 200, 150], 90);
        painted.over(CANVAS, jobs(&[still, moving(5)]), GROUND);
        let moved = painted.over(CANVAS, jobs(&[still, moving(100)]), GROUND);
        painted.doubt();
        let again = painted.over(CANVAS, jobs(&[still, moving(100)]), GROUND);
        let places = |jobs: &[ClippedPrimitive]| -> Vec<Rect> {
            jobs.iter().map(|job| job.clip_rect).collect()
        };
        assert!(!again.is_empty());
        assert_eq!(places(&again), places(&moved));
        assert!(
            painted
                .over(CANVAS, jobs(&[still, moving(100)]), GROUND)
                .is_empty()
        );
    }

    fn filled() -> impl Strategy<Value = Filled> {
        let area = || (0..200_usize, 0..150_usize, 1..120_usize, 1..120_usize);
        let four = |(left, top, width, height)| [left, top, width, height];
        (area().prop_map(four), area().prop_map(four), 1..=255_u8)
    }

    proptest! {
        #[test]
        fn painting_only_what_changed_gives_the_picture_that_painting_all_gives(
            first in prop::collection::vec(filled(), 0..6),
            second in prop::collection::vec(filled(), 0..6),
            stays in prop::collection::vec(filled(), 0..6),
        ) {
            let mut painted = Painted::default();
            let mut seen = blank();
            for changing in [&first, &second, &first] {
                let boxes: Vec<Filled> = stays.iter().chain(changing).copied().collect();
                paint(&mut seen, &painted.over(CANVAS, jobs(&boxes), GROUND));
                let mut whole = blank();
                paint(&mut whole, &jobs(&boxes));
                prop_assert!(seen == whole);
            }
        }
    }
}
