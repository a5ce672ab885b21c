//! Only what is not as it was is drawn again: while a parcel is on its way, the panels and most of
//! the stage stay what they are. Where the processor draws, a picture costs what its pixels cost,
//! so this is most of the work of playing.
//!
//! It works on what egui hands to the renderer and knows nothing of what is shown. The camera does
//! not clear: what was drawn stays in its texture, and `tiles` says what must be drawn over it.

mod tiles;

use std::time::Duration;

use bevy::core_pipeline::Core2d;
use bevy::core_pipeline::upscaling::upscaling;
use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::render_resource::{PipelineCache, TextureId};
use bevy::render::sync_world::MainEntity;
use bevy::render::view::{ExtractedView, ViewTarget};
use bevy::render::{Render, RenderApp, RenderSystems};
use bevy_egui::render::systems::{
    EguiPipelines, EguiTextureBindGroups, EguiTextureId, prepare_egui_render_target_data_system,
};
use bevy_egui::render::{EguiViewTarget, egui_pass};
use bevy_egui::{EguiPixelsPerPoint, EguiPostUpdateSet, EguiRenderOutput, egui};

use super::alarm::Alarm;
use super::pass::Pace;
use tiles::Painted;

/// What is seen where nothing is painted.
const GROUND: egui::Color32 = egui::Color32::BLACK;
/// When the picture is drawn that shows new letters for sure.
const DRYING: Duration = Duration::from_millis(20);

/// What happened to the textures that a picture is painted with. It may reach the device with the
/// picture after, and looks the same to `tiles`.
#[derive(Resource, ExtractResource, Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ink {
    /// Nothing
    #[default]
    Dry,
    /// Letters were added: only what is painted for the first time uses them
    Added,
    /// It is another texture: everything may look different
    Replaced,
}

/// What lies in the window's texture.
#[derive(Resource, Default)]
struct Lying {
    painted: Painted,
    texture: Option<TextureId>,
    /// Whose pipeline and textures the last picture needed
    needed: Option<(MainEntity, Vec<egui::TextureId>)>,
    /// It was really drawn
    drawn: bool,
    /// The textures that it was drawn with
    ink: Ink,
}

/// Draws the window piece by piece. Its camera must not clear.
pub(super) fn plugin(app: &mut App) {
    if app.get_sub_app(RenderApp).is_none() {
        return;
    }
    app.init_resource::<Ink>()
        .add_plugins(ExtractResourcePlugin::<Ink>::default())
        .add_systems(
            PostUpdate,
            notice_ink
                .after(EguiPostUpdateSet::ProcessOutput)
                .before(EguiPostUpdateSet::PostProcessOutput),
        );
    let Some(render_app) = app.get_sub_app_mut(RenderApp) else {
        return;
    };
    render_app
        .init_resource::<Lying>()
        .add_systems(
            Render,
            leave_out_what_lies_there
                .in_set(RenderSystems::Prepare)
                .before(prepare_egui_render_target_data_system),
        )
        .add_systems(Core2d, confirm.after(egui_pass).before(upscaling));
}

fn notice_ink(
    outputs: Query<&EguiRenderOutput>,
    mut ink: ResMut<Ink>,
    pace: Res<Pace>,
    alarm: Res<Alarm>,
) {
    let mut deltas = outputs.iter().flat_map(|it| it.textures_delta.set.values());
    let replaced = deltas.any(|all| all.iter().any(|one| one.is_whole()));
    let dry = outputs.iter().all(|it| it.textures_delta.is_empty());
    *ink = match (dry, replaced) {
        (true, _) => Ink::Dry,
        (false, false) => Ink::Added,
        (false, true) => Ink::Replaced,
    };
    if !dry && !pace.is_moving() {
        alarm.set(DRYING);
    }
}

fn leave_out_what_lies_there(
    mut lying: ResMut<Lying>,
    ink: Res<Ink>,
    mut views: Query<(
        &ExtractedView,
        &EguiViewTarget,
        &EguiPixelsPerPoint,
        &mut EguiRenderOutput,
    )>,
    targets: Query<&ViewTarget>,
) {
    let Lying {
        painted,
        texture,
        needed,
        drawn,
        ink: before,
    } = &mut *lying;
    let before = std::mem::replace(before, *ink);
    for (view, target, scale, mut output) in &mut views {
        let Ok(target) = targets.get(target.0) else {
            painted.forget();
            continue;
        };
        let now = target.main_texture().id();
        let was = texture.replace(now);
        if before == Ink::Added {
            painted.doubt();
        }
        if !*drawn || was != Some(now) || [before, *ink].contains(&Ink::Replaced) {
            painted.forget();
        }
        *drawn = false;
        let used = output.paint_jobs.iter().filter_map(|job| {
            let egui::epaint::Primitive::Mesh(mesh) = &job.primitive else {
                return None;
            };
            Some(mesh.texture_id)
        });
        let mut used: Vec<egui::TextureId> = used.collect();
        used.sort_unstable();
        used.dedup();
        *needed = Some((view.retained_view_entity.main_entity, used));
        let canvas = tiles::Canvas {
            size: [view.viewport.z as usize, view.viewport.w as usize],
            scale: scale.pixels_per_point,
        };
        let jobs = std::mem::take(&mut output.paint_jobs);
        output.paint_jobs = painted.over(canvas, jobs, GROUND);
    }
}

/// A picture without its pipeline or a texture was not drawn, and neither was one for which the
/// window had no room: the next one is drawn whole.
fn confirm(
    mut lying: ResMut<Lying>,
    pipelines: Res<EguiPipelines>,
    cache: Res<PipelineCache>,
    textures: Res<EguiTextureBindGroups>,
) {
    let Some((view, used)) = &lying.needed else {
        return;
    };
    let pipeline = pipelines.0.get(view);
    let ready = pipeline.is_some_and(|it| cache.get_render_pipeline(*it).is_some());
    let there = used.iter().all(|texture| {
        let texture = match texture {
            egui::TextureId::Managed(id) => EguiTextureId::Managed(*view, *id),
            egui::TextureId::User(id) => EguiTextureId::User(*id),
        };
        textures.0.contains_key(&texture)
    });
    lying.drawn = ready && there;
}
