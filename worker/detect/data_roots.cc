#include "worker/detect/data_roots.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/media/archive_member.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

// Opens what `path` resolves to; errors say `path`, so that they do not depend on links.
template <class Open>
auto OpenBelow(const DataRoots& roots, const fs::path& path, const Open& open)
    -> decltype(open(path)) {
  PRELABEL_TRY(const fs::path resolved, roots.Resolve(path));
  auto opened = open(resolved);
  if (opened) return opened;
  Error error = opened.error();
  error.context = path.string();
  return error;
}

// The same of a file or a member of an archive: where the archive lies decides.
template <class Open>
auto OpenPictureBelow(const DataRoots& roots, const fs::path& path, const Open& open)
    -> decltype(open(path)) {
  const auto member = ParseMemberLocation(path.native());
  if (!member) return OpenBelow(roots, path, open);
  auto opened = OpenBelow(roots, member->archive, [&](const fs::path& archive) {
    ArchiveMember there = *member;
    there.archive = archive;
    return open(MemberLocation(there));
  });
  if (opened) return opened;
  Error error = opened.error();
  error.context = ShownMember(*member);
  return error;
}

}  // namespace

Result<DataRoots> DataRoots::Of(const std::vector<std::string>& folders) {
  DataRoots roots;
  for (const std::string& folder : folders) {
    std::error_code error;
    const fs::path root = fs::canonical(folder, error);
    if (!error && !fs::is_directory(root, error) && !error) {
      error = std::make_error_code(std::errc::not_a_directory);
    }
    if (error) return InvalidArgument("--data-root takes a folder: " + error.message(), folder);
    roots.roots_.push_back(root);
  }
  const auto everything = [](const fs::path& root) { return root == root.root_path(); };
  if (std::any_of(roots.roots_.begin(), roots.roots_.end(), everything)) roots.roots_.clear();
  return roots;
}

bool DataRoots::Contain(const fs::path& canonical) const {
  return std::any_of(roots_.begin(), roots_.end(), [&](const fs::path& root) {
    return std::mismatch(root.begin(), root.end(), canonical.begin(), canonical.end()).first ==
           root.end();
  });
}

Result<fs::path> DataRoots::Resolve(const fs::path& path) const {
  if (roots_.empty()) return path;
  std::error_code error;
  fs::path canonical = fs::canonical(path, error);
  // Of what lies outside not even the existence is told.
  std::error_code unknown;
  const bool inside = Contain(error ? fs::weakly_canonical(path, unknown) : canonical);
  if (!inside || unknown) {
    std::string list;
    for (const fs::path& root : roots_) list += (list.empty() ? "" : ", ") + root.string();
    return Unavailable("lies outside the folders that this worker may read (" + list +
                           "); start the worker with --data-root for its folder, too, if it may",
                       path.string());
  }
  if (error) return Unavailable("cannot be opened: " + error.message(), path.string());
  return canonical;
}

MediaOpener Confine(MediaOpener media, DataRoots roots) {
  media.read_image = [roots, open = std::move(media.read_image)](const fs::path& path) {
    return OpenPictureBelow(roots, path, open);
  };
  media.open_regions = [roots, open = std::move(media.open_regions)](const fs::path& path) {
    return OpenPictureBelow(roots, path, open);
  };
  media.open_video = [roots = std::move(roots), open = std::move(media.open_video)](
                         const fs::path& path) { return OpenBelow(roots, path, open); };
  return media;
}

bool IsLocalEndpoint(const std::string& endpoint) {
  const std::string_view text = endpoint;
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return true;
  if (text.starts_with("ipc://") || text.starts_with("inproc://")) return true;
  if (!text.starts_with("tcp://")) return false;
  std::string_view host = text.substr(scheme + 3);
  // ZeroMQ takes tcp://SOURCE;DESTINATION.
  if (const auto source = host.rfind(';'); source != std::string_view::npos) {
    host.remove_prefix(source + 1);
  }
  host = host.substr(0, host.rfind(':'));
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace prelabel
