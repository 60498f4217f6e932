// CVAT for images 1.1: the part of OpenCvatWriter that image sources go to.
#pragma once

#include <filesystem>
#include <memory>

#include "coordinator/formats/label_writer.h"

namespace prelabel {

// Gets items of image sources alone; writes <folder>/<source>.xml. Dataset and classes outlive it.
std::unique_ptr<LabelWriter> OpenCvatImagesWriter(const std::filesystem::path& folder,
                                                  const Dataset& dataset, const ClassMap& classes,
                                                  const LabelFileInfo& info);

}  // namespace prelabel
