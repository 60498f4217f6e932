#include "worker/model/weights.h"

#include <filesystem>
#include <system_error>

#include "worker/model/sha256.h"

namespace prelabel {

Result<std::string> ReadWeights(const ModelCard& card) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(card.weights, error)) {
    return InvalidArgument("the weights of model " + card.name +
                           " are missing: " + card.weights.string());
  }
  PRELABEL_TRY(HashedFile file, ReadHashedFile(card.weights));
  if (file.sha256 != card.sha256) {
    return InvalidArgument(
        "the weights of model " + card.name + " are not those of its card: " + "sha256 " +
            file.sha256 + ", the card says " + card.sha256 +
            "; put the right file there, or correct the card if this one is meant",
        card.weights.string());
  }
  return std::move(file.bytes);
}

}  // namespace prelabel
