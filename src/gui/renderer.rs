//! Finds the graphics device before any Bevy app is built.
//!
//! Bevy looks for a device itself, but panics where there is none and cannot be asked twice. So it
//! is found here, with an answer that can be shown, and handed to Bevy ready-made: searched once,
//! used by the window and by offscreen pictures alike. Software rendering counts.

use std::sync::Arc;

use bevy::render::renderer::{
    RenderAdapter, RenderAdapterInfo, RenderDevice, RenderInstance, RenderQueue, WgpuWrapper,
};
use bevy::render::settings::{RenderCreation, RenderResources};
use bevy::tasks::block_on;

use super::quiet;

/// Why there is nothing to draw with.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoRenderer {
    /// No driver offers a device
    #[error(
        "no graphics device was found, not even a software one (on Debian and Ubuntu the package \
         mesa-vulkan-drivers brings one)"
    )]
    NoAdapter,
    /// The driver offers a device and then refuses to open it
    #[error("the graphics device {name} cannot be opened: {reason}")]
    Refused {
        /// What the driver calls the device
        name: String,
        /// What the driver says
        reason: String,
    },
}

/// A graphics device, open and ready to be handed to Bevy.
#[derive(Clone)]
pub struct Renderer {
    resources: RenderResources,
}

impl Renderer {
    /// Opens the best device there is.
    pub fn find() -> Result<Self, NoRenderer> {
        // Some drivers write to the terminal about displays that nobody asked them for
        quiet::while_doing(|| block_on(Self::open()))
    }

    async fn open() -> Result<Self, NoRenderer> {
        // Bevy builds wgpu with one backend per platform: Vulkan, Metal or Direct3D 12
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::from_env().unwrap_or(wgpu::Backends::PRIMARY),
            // Validation is for writers of shaders, costs time at start and talks on stderr
            flags: wgpu::InstanceFlags::empty().with_env(),
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let options = wgpu::RequestAdapterOptions {
            // Still pictures and text: a laptop need not wake its second graphics card
            power_preference: wgpu::PowerPreference::from_env()
                .unwrap_or(wgpu::PowerPreference::LowPower),
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&options)
            .await
            .map_err(|_| NoRenderer::NoAdapter)?;
        let info = adapter.get_info();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("tokentrail"),
            // Triangles and one font texture need no more than every device has
            required_features: wgpu::Features::TEXTURE_ADAPTER_SPECIFIC_FORMAT_FEATURES
                & adapter.features(),
            required_limits: adapter.limits(),
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..Default::default()
        };
        let (device, queue) =
            adapter
                .request_device(&descriptor)
                .await
                .map_err(|error| NoRenderer::Refused {
                    name: info.name.clone(),
                    reason: error.to_string(),
                })?;
        let resources = RenderResources(
            RenderDevice::from(device),
            RenderQueue(Arc::new(WgpuWrapper::new(queue))),
            RenderAdapterInfo(WgpuWrapper::new(info)),
            RenderAdapter(Arc::new(WgpuWrapper::new(adapter))),
            RenderInstance(Arc::new(WgpuWrapper::new(instance))),
        );
        Ok(Self { resources })
    }

    /// What the driver calls the device, and how it is reached: `llvmpipe (Vulkan)`.
    pub fn name(&self) -> String {
        let info = &self.resources.2;
        format!("{} ({:?})", info.name, info.backend)
    }

    /// The longest edge a picture may have, in pixels.
    pub fn max_edge(&self) -> u32 {
        self.resources.0.limits().max_texture_dimension_2d
    }

    /// For Bevy's render plugin.
    pub(super) fn creation(&self) -> RenderCreation {
        RenderCreation::Manual(self.resources.clone())
    }
}
