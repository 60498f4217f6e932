#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "common/wire/codec.h"
#include "common/wire/varint.h"

namespace prelabel {
namespace {

// https://protobuf.dev/programming-guides/encoding, of CoordinatorEnvelope.chunk and Chunk.bytes.
constexpr std::uint32_t kChunkMessage = 7U << 3 | 2U;
constexpr std::uint32_t kChunkBytes = 4U << 3 | 2U;

// A message that EncodeChunk made, without another copy of its bytes, which are taken; nothing
// where it is any other, and then it is left alone.
std::optional<Chunk> TakeChunk(std::string& message) {
  std::string_view rest = message;
  std::uint64_t key = 0;
  std::uint64_t length = 0;
  if (!TakeVarint(rest, key) || key != kChunkMessage || !TakeVarint(rest, length) ||
      length != rest.size()) {
    return std::nullopt;
  }
  Chunk chunk;
  std::uint64_t* const numbers[] = {&chunk.id, &chunk.size, &chunk.version};
  std::uint64_t last = 0;
  while (TakeVarint(rest, key) && key != kChunkBytes) {
    const std::uint64_t field = key >> 3;
    if ((key & 7U) != 0 || field <= last || field > std::size(numbers)) return std::nullopt;
    last = field;
    if (!TakeVarint(rest, *numbers[field - 1])) return std::nullopt;
  }
  if (key != kChunkBytes || !TakeVarint(rest, length) || length != rest.size() || length == 0 ||
      length > kMaxChunkBytes) {
    return std::nullopt;
  }
  message.erase(0, message.size() - rest.size());
  chunk.bytes = std::move(message);
  return chunk;
}

}  // namespace

std::string EncodeChunk(Chunk chunk) {
  if (chunk.error || chunk.bytes.empty()) return EncodeCoordinatorMessage(std::move(chunk));
  // What stands before the bytes in the encoding of a Chunk is put before them.
  std::string fields;
  const std::uint64_t numbers[] = {chunk.id, chunk.size, chunk.version};
  for (std::uint32_t i = 0; i < std::size(numbers); ++i) {
    if (numbers[i] == 0) continue;
    AddVarint((i + 1) << 3, fields);
    AddVarint(numbers[i], fields);
  }
  AddVarint(kChunkBytes, fields);
  AddVarint(chunk.bytes.size(), fields);
  std::string head;
  AddVarint(kChunkMessage, head);
  AddVarint(fields.size() + chunk.bytes.size(), head);
  std::string message = std::move(chunk.bytes);
  message.insert(0, head + fields);
  return message;
}

Result<CoordinatorMessage> TakeCoordinatorMessage(std::string bytes) {
  if (std::optional<Chunk> chunk = TakeChunk(bytes)) return CoordinatorMessage(std::move(*chunk));
  return DecodeCoordinatorMessage(bytes);
}

}  // namespace prelabel
