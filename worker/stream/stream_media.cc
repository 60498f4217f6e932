#include "worker/stream/stream_media.h"

#include <limits>
#include <new>
#include <utility>
#include <vector>

#include "common/base/url.h"
#include "common/media/archive_member.h"
#include "common/wire/codec.h"
#include "worker/stream/streamed_file.h"

namespace prelabel {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;  // as of a local file
constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

std::string Shown(const std::string& location) {
  const auto member = ParseMemberLocation(location);
  return member ? ShownMember(*member) : location;
}

template <class T>
Result<T> Named(Result<T> result, const std::string& location) {
  if (result) return result;
  Error error = result.error();
  error.context = Shown(location);
  return error;
}

// The bytes of a picture. No context.
Result<std::string> ReadPictureBytes(FileClient& client, const std::string& location) {
  if (const auto member = ParseMemberLocation(location)) {
    PRELABEL_TRY(std::string stored,
                 client.ReadAll(FetchKind::kFile, member->archive.native(), member->offset,
                                StoredBytes(*member), kMaxMemberBytes));
    return UnpackMember(*member, std::move(stored));
  }
  PRELABEL_TRY(std::string bytes, client.ReadAll(FetchKind::kFile, location, 0, kAll, kMostBytes));
  if (bytes.empty()) return DataLoss("the file is empty (0 bytes)");
  return bytes;
}

Result<std::string> ReadNamed(FileClient& client, const std::string& location) {
  try {
    return Named(ReadPictureBytes(client, location), location);
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to read the picture", Shown(location));
  }
}

Result<std::unique_ptr<FrameSource>> OpenStreamed(const std::shared_ptr<FileClient>& client,
                                                  const StreamDecoders& decoders,
                                                  const std::filesystem::path& path) {
  PRELABEL_TRY(const std::string encoded,
               client->ReadAll(FetchKind::kVideoIndex, path.native(), 0, kAll, kMostBytes));
  PRELABEL_TRY(VideoIndex index, DecodeVideoIndex(encoded));
  PRELABEL_TRY(std::unique_ptr<ByteSource> bytes, StreamedFile::Open(client, path.native()));
  return decoders.open_video(path, std::move(index), std::move(bytes));
}

}  // namespace

MediaOpener StreamMedia(std::shared_ptr<FileClient> client, StreamDecoders decoders,
                        FetchAhead::Options options) {
  options.close = [client] { client->Close(); };
  const auto ahead = std::make_shared<FetchAhead>(
      [client](const std::string& location) { return ReadNamed(*client, location); },
      std::move(options));
  MediaOpener media;
  media.resize = decoders.resize;
  media.read_image = [ahead, decode = decoders.decode](const std::filesystem::path& path) {
    const std::string& location = path.native();
    auto read = [&]() -> Result<Image> {
      PRELABEL_TRY(const std::string bytes, ahead->Take(location));
      return Named(decode(bytes), location);
    };
    return read();
  };
  media.open_regions =
      [client, open = decoders.open_regions](
          const std::filesystem::path& path) -> Result<std::unique_ptr<RegionReader>> {
    PRELABEL_TRY(std::string bytes, ReadNamed(*client, path.native()));
    return Named(open(std::move(bytes)), path.native());
  };
  media.open_video = [client, decoders](const std::filesystem::path& path) {
    return Named(OpenStreamed(client, decoders, path), path.native());
  };
  media.get_ahead = [ahead](const std::vector<std::string>& paths) -> std::shared_ptr<void> {
    std::vector<std::string> local;
    for (const std::string& path : paths) {
      if (ParseMemberLocation(path) || !HasScheme(path)) local.push_back(path);
    }
    return ahead->Expect(std::move(local));
  };
  media.interrupt = [client] { client->Interrupt(); };
  return media;
}

}  // namespace prelabel
