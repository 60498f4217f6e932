#include "common/labels/merge_tiles.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/geometry/rle_place.h"
#include "common/geometry/rle_union.h"

namespace prelabel {
namespace {

constexpr float kSameObject = 0.5F;
constexpr float kEdge = 0.01F;  // of a tile's side

struct Candidate {
  std::size_t tile = 0;
  std::size_t place = 0;  // among the tile's predictions
  std::uint16_t class_id = 0;
  float score = 0;
  Box box;  // of the image
  bool cut = false;
};

struct Object {
  std::vector<const Candidate*> members;  // the first one leads
  float score = 0;
};

Box Part(const Box& box, const Tile& tile) {
  return {std::max(box.x1, static_cast<float>(tile.x)),
          std::max(box.y1, static_cast<float>(tile.y)),
          std::min(box.x2, static_cast<float>(tile.x + tile.width)),
          std::min(box.y2, static_cast<float>(tile.y + tile.height))};
}

float OverSmaller(const Box& a, const Box& b) {
  const float w = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float h = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  const float smaller = std::min(a.Area(), b.Area());
  return w > 0 && h > 0 && smaller > 0 ? w * h / smaller : 0;
}

// Whether the box comes within a margin of an edge of the tile that is none of the image's.
bool TouchesSeam(const Box& box, const Tile& tile, ImageSize image) {
  const float across = kEdge * static_cast<float>(tile.width);
  const float down = kEdge * static_cast<float>(tile.height);
  const int right = tile.x + tile.width;
  const int bottom = tile.y + tile.height;
  return (tile.x > 0 && box.x1 <= static_cast<float>(tile.x) + across) ||
         (tile.y > 0 && box.y1 <= static_cast<float>(tile.y) + down) ||
         (right < image.width && box.x2 >= static_cast<float>(right) - across) ||
         (bottom < image.height && box.y2 >= static_cast<float>(bottom) - down);
}

bool SameSize(const Tile& a, const Tile& b) { return a.width == b.width && a.height == b.height; }

bool Contains(const Tile& tile, const Box& box) {
  return box.x1 >= static_cast<float>(tile.x) && box.y1 >= static_cast<float>(tile.y) &&
         box.x2 <= static_cast<float>(tile.x + tile.width) &&
         box.y2 <= static_cast<float>(tile.y + tile.height);
}

class Merger {
 public:
  Merger(ImageSize image, const Tiling& tiling, std::span<const Tile> tiles,
         std::span<const ItemResult* const> results)
      : image_(image), tiling_(tiling), tiles_(tiles), results_(results) {}

  ItemResult Run() {
    Collect();
    for (const Candidate& candidate : candidates_) Join(candidate);
    return Assemble();
  }

 private:
  void Collect() {
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      const Tile& tile = tiles_[t];
      const ItemResult& result = *results_[t];
      const float across = static_cast<float>(tile.width) / static_cast<float>(result.width);
      const float down = static_cast<float>(tile.height) / static_cast<float>(result.height);
      const auto left = static_cast<float>(tile.x);
      const auto top = static_cast<float>(tile.y);
      for (std::size_t p = 0; p < result.predictions.size(); ++p) {
        const Prediction& from = result.predictions[p];
        const Box box{left + from.box.x1 * across, top + from.box.y1 * down,
                      left + from.box.x2 * across, top + from.box.y2 * down};
        candidates_.push_back(
            {t, p, from.class_id, from.score, box, TouchesSeam(box, tile, image_)});
      }
    }
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) {
                       if (a.cut != b.cut) return !a.cut;
                       return a.score > b.score;
                     });
  }

  float Overlap(const Candidate& a, const Candidate& b) const {
    if (!a.cut && !b.cut) return Iou(a.box, b.box);
    if (tiling_.metric == TileMetric::kIos) return OverSmaller(a.box, b.box);
    return Iou(Part(a.box, tiles_[b.tile]), Part(b.box, tiles_[a.tile]));
  }

  // How well the object fits; nothing where it cannot be this one.
  std::optional<float> Fit(const Object& object, const Candidate& candidate) const {
    float best = 0;
    for (const Candidate* member : object.members) {
      // One tile tells two whole boxes apart.
      if (member->tile == candidate.tile) {
        if (!candidate.cut) return std::nullopt;
        continue;
      }
      best = std::max(best, Overlap(*member, candidate));
    }
    if (best < kSameObject) return std::nullopt;
    return best;
  }

  void Join(const Candidate& candidate) {
    std::size_t best = objects_.size();
    float best_fit = 0;
    for (const std::size_t o : Near(candidate)) {
      const auto fit = Fit(objects_[o], candidate);
      if (fit && *fit > best_fit) {
        best = o;
        best_fit = *fit;
      }
    }
    if (best == objects_.size()) {
      if (candidate.cut && SeenBetter(candidate)) return;
      objects_.emplace_back();
    }
    objects_[best].members.push_back(&candidate);
    VisitCells(candidate, [&](std::uint64_t cell) {
      std::vector<std::size_t>& here = by_cell_[cell];
      if (here.empty() || here.back() != best) here.push_back(best);
    });
  }

  // Objects of the class that have a member in the cells of the candidate, ascending.
  std::vector<std::size_t> Near(const Candidate& candidate) const {
    std::vector<std::size_t> near;
    VisitCells(candidate, [&](std::uint64_t cell) {
      const auto here = by_cell_.find(cell);
      if (here != by_cell_.end()) near.insert(near.end(), here->second.begin(), here->second.end());
    });
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    return near;
  }

  // The squares, as large as the smallest tile, that the box lies in.
  template <class Visit>
  void VisitCells(const Candidate& candidate, Visit visit) const {
    const auto side = static_cast<float>(std::max({tiles_[0].width, tiles_[0].height, 1}));
    const auto cell = [side](float at) {
      return static_cast<std::uint64_t>(std::max(0.0F, at / side));
    };
    for (std::uint64_t y = cell(candidate.box.y1); y <= cell(candidate.box.y2); ++y) {
      for (std::uint64_t x = cell(candidate.box.x1); x <= cell(candidate.box.x2); ++x) {
        visit(std::uint64_t{candidate.class_id} << 48 | y << 24 | x);
      }
    }
  }

  // A tile of the same or a smaller size shows all of the box, away from its edges.
  bool SeenBetter(const Candidate& candidate) const {
    const Tile& own = tiles_[candidate.tile];
    return std::any_of(tiles_.begin(), tiles_.end(), [&](const Tile& tile) {
      return tile.width <= own.width && tile.height <= own.height &&
             ShowsWhole(tile, candidate.box);
    });
  }

  // In the image's raster.
  Rle MaskOf(const Candidate& candidate) const {
    const Tile& tile = tiles_[candidate.tile];
    const Rle& mask = results_[candidate.tile]->masks[candidate.place];
    const auto width = static_cast<std::uint32_t>(tile.width);
    const auto height = static_cast<std::uint32_t>(tile.height);
    const bool scaled = mask.width != width || mask.height != height;
    return PlaceRle(scaled ? ScaleRle(mask, height, width) : mask, tile.x, tile.y,
                    static_cast<std::uint32_t>(image_.height),
                    static_cast<std::uint32_t>(image_.width));
  }

  bool HasMasks() const {
    return std::any_of(results_.begin(), results_.end(),
                       [](const ItemResult* result) { return !result->masks.empty(); });
  }

  // All of the box, away from the tile's seams.
  bool ShowsWhole(const Tile& tile, const Box& box) const {
    return Contains(tile, box) && !TouchesSeam(box, tile, image_);
  }

  // See MergeTiles.
  float Score(const Object& object) const {
    const Candidate& lead = *object.members.front();
    if (tiling_.merge == TileMerge::kNms) return lead.score;
    float sum = 0;
    if (lead.cut) {
      for (const Candidate* member : object.members) sum += member->score;
      return sum / static_cast<float>(object.members.size());
    }
    float best = 0;
    for (std::size_t begin = 0, end = 0; begin < tiles_.size(); begin = end) {
      sum = 0;
      int shown = 0;
      for (; end < tiles_.size() && SameSize(tiles_[end], tiles_[begin]); ++end) {
        if (!ShowsWhole(tiles_[end], lead.box)) continue;
        ++shown;
        sum += ScoreIn(object, end);
      }
      if (shown > 0) best = std::max(best, sum / static_cast<float>(shown));
    }
    return best;
  }

  // 0 where the tile has not found it.
  static float ScoreIn(const Object& object, std::size_t tile) {
    float score = 0;
    for (const Candidate* member : object.members) {
      if (member->tile == tile) score = std::max(score, member->score);
    }
    return score;
  }

  ItemResult Assemble() {
    for (Object& object : objects_) object.score = Score(object);
    std::stable_sort(objects_.begin(), objects_.end(), [](const Object& a, const Object& b) {
      const Candidate& x = *a.members.front();
      const Candidate& y = *b.members.front();
      if (a.score != b.score) return a.score > b.score;
      return x.tile != y.tile ? x.tile < y.tile : x.place < y.place;
    });
    ItemResult merged;
    merged.width = image_.width;
    merged.height = image_.height;
    const bool masks = HasMasks();
    for (const Object& object : objects_) {
      const Candidate& lead = *object.members.front();
      const bool joined = tiling_.merge == TileMerge::kNmm && lead.cut;
      Box box = lead.box;
      for (const Candidate* member : object.members) {
        if (!joined) break;
        box = {std::min(box.x1, member->box.x1), std::min(box.y1, member->box.y1),
               std::max(box.x2, member->box.x2), std::max(box.y2, member->box.y2)};
      }
      merged.predictions.push_back({lead.class_id, object.score, box});
      if (masks) {
        Rle mask = MaskOf(lead);
        for (std::size_t m = 1; joined && m < object.members.size(); ++m) {
          mask = UnionRle(mask, MaskOf(*object.members[m]));
        }
        merged.masks.push_back(std::move(mask));
      }
      if (const std::uint8_t votes = VotesOf(object); votes > 0) merged.votes.push_back(votes);
      CopyEmbedding(lead, merged);
    }
    Summarize(merged);
    return merged;
  }

  // By how many models it was found in the tile that most of them found it in; 0: nobody counted.
  std::uint8_t VotesOf(const Object& object) const {
    std::uint8_t most = 0;
    for (const Candidate* member : object.members) {
      const std::vector<std::uint8_t>& votes = results_[member->tile]->votes;
      if (member->place < votes.size()) most = std::max(most, votes[member->place]);
    }
    return most;
  }

  void CopyEmbedding(const Candidate& lead, ItemResult& merged) const {
    const ItemResult& from = *results_[lead.tile];
    if (from.box_embeddings.empty()) return;
    const std::size_t size = from.box_embeddings.size() / from.predictions.size();
    const auto row = from.box_embeddings.begin() + static_cast<std::ptrdiff_t>(lead.place * size);
    merged.box_embeddings.insert(merged.box_embeddings.end(), row,
                                 row + static_cast<std::ptrdiff_t>(size));
  }

  // The tiles that stand for the whole image.
  std::vector<std::size_t> Whole() const {
    std::vector<std::size_t> places;
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      if (tiles_[t].width == image_.width && tiles_[t].height == image_.height) return {t};
      if (SameSize(tiles_[t], tiles_[0])) places.push_back(t);
    }
    return places;
  }

  void Summarize(ItemResult& merged) const {
    const std::vector<std::size_t> whole = Whole();
    const double share = 1.0 / static_cast<double>(whole.size());
    constexpr float ImageStats::*kStats[] = {&ImageStats::brightness, &ImageStats::contrast,
                                             &ImageStats::sharpness,  &ImageStats::entropy,
                                             &ImageStats::mean_red,   &ImageStats::mean_green,
                                             &ImageStats::mean_blue,  &ImageStats::colorfulness};
    for (const auto stat : kStats) {
      double sum = 0;
      for (const std::size_t t : whole) sum += results_[t]->stats.*stat;
      merged.stats.*stat = static_cast<float>(sum * share);
    }
    const std::size_t size = results_[whole.front()]->embedding.size();
    for (std::size_t i = 0; i < size; ++i) {
      double sum = 0;
      for (const std::size_t t : whole) sum += HalfToFloat(results_[t]->embedding[i]);
      merged.embedding.push_back(FloatToHalf(static_cast<float>(sum * share)));
    }
  }

  const ImageSize image_;
  const Tiling& tiling_;
  const std::span<const Tile> tiles_;
  const std::span<const ItemResult* const> results_;
  std::vector<Candidate> candidates_;
  std::vector<Object> objects_;
  // By class and cell: objects with a member there. Never iterated.
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_cell_;
};

}  // namespace

ItemResult MergeTiles(ImageSize image, const Tiling& tiling, std::span<const Tile> tiles,
                      std::span<const ItemResult* const> results) {
  return Merger(image, tiling, tiles, results).Run();
}

}  // namespace prelabel
