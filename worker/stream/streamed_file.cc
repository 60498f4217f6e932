#include "worker/stream/streamed_file.h"

#include <algorithm>
#include <utility>

namespace prelabel {
namespace {

constexpr std::uint64_t kBlockBytes = std::uint64_t{256} << 10;
constexpr std::uint64_t kAhead = 4;      // blocks, where reading goes forward
constexpr std::size_t kBlocksKept = 12;  // more than are ahead: containers jump between places

}  // namespace

Result<std::unique_ptr<StreamedFile>> StreamedFile::Open(std::shared_ptr<FileClient> client,
                                                         std::string path) {
  std::unique_ptr<StreamedFile> file(new StreamedFile(std::move(client), std::move(path)));
  PRELABEL_TRY(Chunk first,
               file->client_->Ask(FetchKind::kFile, file->path_, 0, kBlockBytes).Wait());
  file->size_ = first.size;
  file->version_ = first.version;
  file->blocks_.push_front({0, std::nullopt, std::move(first.bytes)});
  return file;
}

StreamedFile::Block& StreamedFile::Ask(std::uint64_t number) {
  const auto known = std::find_if(blocks_.begin(), blocks_.end(),
                                  [&](const Block& block) { return block.number == number; });
  if (known != blocks_.end()) {
    blocks_.splice(blocks_.begin(), blocks_, known);
    return blocks_.front();
  }
  blocks_.push_front(
      {number, client_->Ask(FetchKind::kFile, path_, number * kBlockBytes, kBlockBytes), {}});
  if (blocks_.size() > kBlocksKept) blocks_.pop_back();
  return blocks_.front();
}

Result<void> StreamedFile::Come(Block& block) {
  if (!block.coming) return Ok();
  Result<Chunk> chunk = block.coming->Wait();
  block.coming.reset();
  const std::uint64_t start = block.number * kBlockBytes;
  const std::uint64_t expected = std::min(kBlockBytes, size_ - start);
  if (chunk && (chunk.value().version != version_ || chunk.value().bytes.size() != expected)) {
    chunk = DataLoss("the file was changed while it was read");
  }
  if (!chunk) {
    blocks_.remove_if([&](const Block& other) { return &other == &block; });
    return chunk.error();
  }
  block.bytes = std::move(chunk.value().bytes);
  return Ok();
}

Result<std::string> StreamedFile::Read(std::uint64_t offset, std::size_t most) {
  if (offset >= size_) return std::string();
  const std::uint64_t number = offset / kBlockBytes;
  if (number == last_ || number == last_ + 1) {
    const std::uint64_t end = (size_ + kBlockBytes - 1) / kBlockBytes;
    for (std::uint64_t next = std::min(number + kAhead, end - 1); next > number; --next) Ask(next);
  }
  last_ = number;
  Block& block = Ask(number);
  PRELABEL_TRY(Come(block));
  return block.bytes.substr(offset - number * kBlockBytes, most);
}

}  // namespace prelabel
