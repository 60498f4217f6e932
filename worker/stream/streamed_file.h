// A file at the coordinator as a source of bytes: what is read lies in a few blocks, and where
// reading goes forward the next ones are on their way already.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "common/media/byte_source.h"
#include "worker/stream/file_client.h"

namespace prelabel {

class StreamedFile : public ByteSource {
 public:
  // Asks for the first block, and so for the size. Errors are those of FileClient. Of a file that
  // is changed later on reads fail: DataLoss.
  static Result<std::unique_ptr<StreamedFile>> Open(std::shared_ptr<FileClient> client,
                                                    std::string path);

  std::uint64_t size() const override { return size_; }
  Result<std::string> Read(std::uint64_t offset, std::size_t most) override;

 private:
  struct Block {
    std::uint64_t number = 0;
    std::optional<FileClient::Part> coming;  // until it is there
    std::string bytes;
  };

  StreamedFile(std::shared_ptr<FileClient> client, std::string path)
      : client_(std::move(client)), path_(std::move(path)) {}

  // The block, asked for if it was not yet; the first of blocks_ then.
  Block& Ask(std::uint64_t number);
  Result<void> Come(Block& block);

  std::shared_ptr<FileClient> client_;
  std::string path_;
  std::uint64_t size_ = 0;
  std::uint64_t version_ = 0;
  std::list<Block> blocks_;  // the last one used first
  std::uint64_t last_ = 0;   // the block that was read last
};

}  // namespace prelabel
