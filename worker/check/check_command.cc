#include "worker/check/check_command.h"

#include <fmt/ostream.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "common/media/image_codec.h"
#include "worker/check/check_text.h"
#include "worker/check/draw_predictions.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr int kJpegQuality = 92;

Result<void> ChooseFile(CheckArguments& arguments) {
  const fs::path& image = arguments.options.image;
  if (image.empty()) {
    if (arguments.out.empty()) return Ok();
    return InvalidArgument("--out is for the picture that IMAGE is drawn into: name an IMAGE");
  }
  if (arguments.out.empty()) arguments.out = image.stem().string() + "-check.jpg";
  const std::string type = arguments.out.extension().string();
  if (type != ".jpg" && type != ".jpeg") {
    return InvalidArgument("--out takes a name that ends in .jpg: it is written as JPEG",
                           arguments.out.string());
  }
  std::error_code error;
  if (fs::equivalent(arguments.out, image, error)) {
    return InvalidArgument("--out would overwrite the image itself", arguments.out.string());
  }
  return Ok();
}

Result<void> WriteFile(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return Ok();
  return Unavailable(std::string("cannot be written: ") + std::strerror(errno), path.string());
}

Result<void> Draw(const CheckArguments& arguments, const ModelCheck& check) {
  PRELABEL_TRY(const Image drawn, DrawPredictions(check.image, *check.item, check.card.classes));
  PRELABEL_TRY(const auto bytes, EncodeJpeg(drawn, kJpegQuality));
  return WriteFile(arguments.out, bytes);
}

Result<void> Try(CheckArguments& arguments, const MediaOpener& media, const Clock& clock,
                 std::ostream& out) {
  PRELABEL_TRY(ChooseFile(arguments));
  PRELABEL_TRY(const ModelCheck check, CheckModel(arguments.options, media, clock));
  fmt::print(out, "{}", CheckText(check, arguments.options));
  out.flush();
  if (!check.item) return Ok();
  PRELABEL_TRY(Draw(arguments, check));
  fmt::print(out, "\n{}\n", arguments.out.string());
  return Ok();
}

}  // namespace

int RunCheck(CheckArguments arguments, const MediaOpener& media, const Clock& clock,
             std::ostream& out, std::ostream& err) {
  const Result<void> tried = Try(arguments, media, clock, out);
  if (tried) return 0;
  fmt::print(err, "prelabel: {}\n", tried.error().ToString());
  return tried.error().code == ErrorCode::kInvalidArgument ? 2 : 1;
}

}  // namespace prelabel
