#include "common/geometry/rle_union.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "common/geometry/rle_bounds.h"
#include "common/geometry/run_writer.h"

namespace prelabel {
namespace {

// The runs of set pixels, one after the other.
class RunReader {
 public:
  explicit RunReader(const Rle& rle) : counts_(rle.counts) { Next(); }

  bool done() const { return done_; }
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }
  void Next() {
    done_ = next_ + 1 >= counts_.size();
    if (done_) return;
    begin_ = end_ + counts_[next_];
    end_ = begin_ + counts_[next_ + 1];
    next_ += 2;
  }

 private:
  const std::vector<std::uint32_t>& counts_;
  std::size_t next_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  bool done_ = false;
};

// The first of `count` pixels whose center is at or behind the edge before source pixel `source`,
// where `sources` pixels are stretched to `count`: the least i with (i + 1/2) / count >= source /
// sources.
std::uint64_t FirstFrom(std::uint64_t source, std::uint64_t sources, std::uint64_t count) {
  const std::uint64_t twice = 2 * source * count;
  if (twice <= sources) return 0;
  return (twice - sources + 2 * sources - 1) / (2 * sources);
}

}  // namespace

Rle UnionRle(const Rle& a, const Rle& b) {
  RunWriter out(a.height, a.width);
  RunReader left(a);
  RunReader right(b);
  while (!left.done() || !right.done()) {
    const bool first = right.done() || (!left.done() && left.begin() <= right.begin());
    const std::uint64_t begin = first ? left.begin() : right.begin();
    std::uint64_t end = first ? left.end() : right.end();
    (first ? left : right).Next();
    for (bool grown = true; grown;) {
      grown = false;
      for (RunReader* run : {&left, &right}) {
        if (run->done() || run->begin() > end) continue;
        end = std::max(end, run->end());
        run->Next();
        grown = true;
      }
    }
    out.AddRun(begin, end);
  }
  return out.Finish();
}

Rle ScaleRle(const Rle& rle, std::uint32_t height, std::uint32_t width) {
  RunWriter out(height, width);
  // The scaled runs of one source column, written for each column that it becomes.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> rows;
  std::uint32_t column = 0;
  const auto write = [&] {
    const std::uint64_t to = FirstFrom(std::uint64_t{column} + 1, rle.width, width);
    for (std::uint64_t x = FirstFrom(column, rle.width, width); x < to; ++x) {
      for (const auto& [begin, end] : rows) out.AddRun(x * height + begin, x * height + end);
    }
    rows.clear();
  };
  VisitColumnRuns(rle, [&](std::uint32_t x, std::uint32_t from, std::uint32_t to) {
    if (x != column) write();
    column = x;
    rows.emplace_back(FirstFrom(from, rle.height, height), FirstFrom(to, rle.height, height));
  });
  write();
  return out.Finish();
}

}  // namespace prelabel
