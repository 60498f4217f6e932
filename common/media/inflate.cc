#include "common/media/inflate.h"

#include <zlib.h>

#include <limits>

namespace prelabel {

Result<std::string> Inflate(std::string_view packed, std::uint64_t size) {
  constexpr std::uint64_t kBestRatio = 1032;
  constexpr std::uint64_t kMost = std::numeric_limits<uInt>::max();
  if (packed.size() >= kMost || size >= kMost || size / kBestRatio > packed.size()) {
    return DataLoss("the archive says a size that cannot be");
  }
  std::string bytes(static_cast<std::size_t>(size) + 1, '\0');  // one more shows what is too long
  z_stream stream = {};
  constexpr int kNoHeader = -MAX_WBITS;
  if (inflateInit2(&stream, kNoHeader) != Z_OK) return Unavailable("not enough memory to unpack");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int status = inflate(&stream, Z_FINISH);
  const std::uint64_t got = bytes.size() - stream.avail_out;
  inflateEnd(&stream);
  if (status == Z_MEM_ERROR) return Unavailable("not enough memory to unpack");
  if (status != Z_STREAM_END || got != size) {
    return DataLoss("the archive is damaged here: it cannot be unpacked");
  }
  bytes.pop_back();
  return bytes;
}

}  // namespace prelabel
