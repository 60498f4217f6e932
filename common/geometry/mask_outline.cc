#include "common/geometry/mask_outline.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "common/geometry/rle_bounds.h"

namespace prelabel {
namespace {

struct Run {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// Clockwise in a frame whose y goes down.
enum class Way : std::uint8_t { kRight, kDown, kLeft, kUp };

struct Edge {
  PixelCorner from;
  PixelCorner to;
  Way way = Way::kRight;
  bool used = false;
  auto Key() const { return std::tuple(from.x, from.y, way); }
};

class Edges {
 public:
  explicit Edges(const Rle& rle) {
    std::vector<Run> left;  // of the column before
    std::vector<Run> runs;
    std::uint32_t column = 0;
    const auto finish = [&](std::uint32_t next) {
      AddBoundary(column, left, runs);
      left = std::exchange(runs, {});
      if (next != column + 1 && !left.empty()) AddBoundary(column + 1, std::exchange(left, {}), {});
      column = next;
    };
    VisitColumnRuns(rle, [&](std::uint32_t x, std::uint32_t y1, std::uint32_t y2) {
      if (x != column) finish(x);
      runs.push_back({y1, y2});
      edges_.push_back({{x, y1}, {x + 1, y1}, Way::kRight});
      edges_.push_back({{x + 1, y2}, {x, y2}, Way::kLeft});
    });
    finish(rle.width + 1);
    std::sort(edges_.begin(), edges_.end(),
              [](const Edge& a, const Edge& b) { return a.Key() < b.Key(); });
  }

  std::vector<MaskRing> Trace() {
    std::vector<MaskRing> rings;
    for (Edge& first : edges_) {
      if (!first.used) rings.push_back(Follow(first));
    }
    return rings;
  }

 private:
  // Between a column and the one to its left, where one of the two is set.
  void AddBoundary(std::uint32_t x, const std::vector<Run>& left, const std::vector<Run>& right) {
    std::size_t i = 0;
    std::size_t j = 0;
    std::uint32_t from = 0;
    const auto edge = [](const std::vector<Run>& runs, std::size_t k) {
      return k % 2 == 0 ? runs[k / 2].begin : runs[k / 2].end;
    };
    while (i < 2 * left.size() || j < 2 * right.size()) {
      const bool take_left =
          j >= 2 * right.size() || (i < 2 * left.size() && edge(left, i) <= edge(right, j));
      const std::uint32_t y = take_left ? edge(left, i) : edge(right, j);
      const bool in_left = i % 2 == 1;
      const bool in_right = j % 2 == 1;
      if (from < y && in_left && !in_right) edges_.push_back({{x, from}, {x, y}, Way::kDown});
      if (from < y && in_right && !in_left) edges_.push_back({{x, y}, {x, from}, Way::kUp});
      ++(take_left ? i : j);
      from = y;
    }
  }

  MaskRing Follow(Edge& first) {
    MaskRing ring;
    std::int64_t doubled = 0;  // the shoelace formula
    Edge* edge = &first;
    do {
      edge->used = true;
      doubled += std::int64_t{edge->from.x} * edge->to.y - std::int64_t{edge->to.x} * edge->from.y;
      Edge* next = edge->to == first.from ? &first : Next(*edge);
      if (next->way != edge->way) ring.corners.push_back(edge->to);
      edge = next;
    } while (edge != &first);
    const auto least = std::min_element(ring.corners.begin(), ring.corners.end(),
                                        [](const PixelCorner& a, const PixelCorner& b) {
                                          return std::pair(a.x, a.y) < std::pair(b.x, b.y);
                                        });
    std::rotate(ring.corners.begin(), least, ring.corners.end());
    ring.hole = doubled < 0;
    return ring;
  }

  // Where two lines meet, the one to the right: it stays with the pixel that it went around.
  Edge* Next(const Edge& edge) {
    const auto at = std::lower_bound(
        edges_.begin(), edges_.end(), edge.to, [](const Edge& a, const PixelCorner& corner) {
          return std::pair(a.from.x, a.from.y) < std::pair(corner.x, corner.y);
        });
    Edge* next = &*at;
    const auto right = static_cast<Way>((static_cast<int>(edge.way) + 1) % 4);
    if (next->way != right && at + 1 != edges_.end() && (at + 1)->from == edge.to) ++next;
    return next;
  }

  std::vector<Edge> edges_;
};

}  // namespace

std::vector<MaskRing> MaskOutline(const Rle& rle) { return Edges(rle).Trace(); }

}  // namespace prelabel
