// Ground truth of PETS 2009 S2.L1 (MOT format) for tests. Not thread-safe (reads the environment).
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "common/geometry/box.h"

namespace prelabel {

// Track id -> frame -> box. Frames are made 0-based; the file's are 1-based.
using MotTracks = std::map<int, std::map<std::int64_t, Box>>;

// Path of the file within PRELABEL_REFERENCE_DATA; empty where the variable is unset.
inline std::string PetsGroundTruthPath() {
  const char* root = std::getenv("PRELABEL_REFERENCE_DATA");
  if (root == nullptr || *root == '\0') return {};
  return std::string(root) + "/pets09-s2l1/gt.txt";
}

// Rows are frame,id,x,y,w,h,…; a row of another form ends the reading. Empty where unreadable.
inline MotTracks ReadMotTracks(const std::string& path) {
  MotTracks tracks;
  std::ifstream file(path);
  for (std::string row; std::getline(file, row);) {
    int frame = 0;
    int id = 0;
    double x = 0;
    double y = 0;
    double w = 0;
    double h = 0;
    const int fields =
        std::sscanf(row.c_str(), "%d,%d,%lf,%lf,%lf,%lf", &frame, &id, &x, &y, &w, &h);
    if (fields != 6) break;
    tracks[id][frame - 1] = {static_cast<float>(x), static_cast<float>(y),
                             static_cast<float>(x + w), static_cast<float>(y + h)};
  }
  return tracks;
}

}  // namespace prelabel
