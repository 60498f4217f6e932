// Names for formats that have a file a picture, called like it but for the extension. Pure;
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// "a/b.c.jpg" is "a/b.c".
std::string_view PictureStem(std::string_view file_name);

// InvalidArgument where two pictures of the dataset differ in the extension alone, so that one file
// would be that of both, or where a name has a line end, which lists of files cannot hold.
// `extension` of the format's files is for the message. Takes 16 bytes an image for a moment.
Result<void> CheckPictureFiles(const Dataset& dataset, std::string_view extension);

}  // namespace prelabel
