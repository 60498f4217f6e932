// One result of an image out of those of its tiles: what several tiles show is there once, what
// their edges have cut is put together. Pure; thread-safe.
#pragma once

#include <span>

#include "common/labels/prediction.h"
#include "common/labels/tiling.h"

namespace prelabel {

// `results`: one a tile, all labeled, boxes and masks in pixels of result.width × result.height,
// which the tile's pixels were scaled to (a tile of the whole image may have been shown smaller).
// The result is of the image's size; its `item` is 0. Predictions descend by score; ties stand as
// the tiles do. Statistics and embedding are those of the tile that is the whole image, or the mean
// over the tiles of the smallest size.
//
// A box is "cut" where it touches, within 1 % of the tile's side, an edge of the tile that is none
// of the image's. Boxes of one class, from different tiles, are of one object
//  - neither cut: where their IoU is at least 1/2,
//  - otherwise: where the IoU of the part of each that the other's tile shows is (kIou), or the
//    intersection over the smaller box (kIos).
// Whole boxes come first, then cut ones, the strongest first; each joins the object that it fits
// best, or is a new one. The first of an object has its box and mask. Its score is the first's
// (kNms), or (kNmm) the mean over the tiles that show its box whole, 0 where one has not found it,
// of the size that is surest of it: a maximum over many looks would make much of what one of them
// imagined. An object whose boxes are all cut has, with kNmm, what they cover together and the mean
// of their scores.
//
// A cut box that joins nothing is dropped where a tile of the same or a smaller size shows all of
// it away from its edges: that tile has seen more of it, and no object.
ItemResult MergeTiles(ImageSize image, const Tiling& tiling, std::span<const Tile> tiles,
                      std::span<const ItemResult* const> results);

}  // namespace prelabel
