// Expected matches follow bash's `shopt -s globstar` (without dotglob), which people know.
#include "coordinator/scan/file_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/coordinator/scan/temp_tree.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Sorted(std::vector<std::string> files) {
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

std::vector<std::string> Match(const std::string& pattern) {
  return Sorted(MatchPattern(pattern).files);
}

TEST(MatchName, Wildcards) {
  EXPECT_TRUE(MatchName("*.jpg", "a.jpg"));
  EXPECT_TRUE(MatchName("a*b*c", "aXbXbc"));
  EXPECT_TRUE(MatchName("*", "anything"));
  EXPECT_TRUE(MatchName("img_??.png", "img_07.png"));
  EXPECT_TRUE(MatchName("?.jpg", "\xC3\xA9.jpg"));  // é is one character of two bytes
  EXPECT_FALSE(MatchName("?.jpg", "ab.jpg"));
  EXPECT_FALSE(MatchName("*.jpg", "a.JPG"));
  EXPECT_FALSE(MatchName("*.jpg", "a.jpg.txt"));
  EXPECT_FALSE(MatchName("a*b", "aXbX"));
}

TEST(MatchName, WildcardsDoNotMatchALeadingDot) {
  EXPECT_FALSE(MatchName("*", ".hidden"));
  EXPECT_FALSE(MatchName("?hidden", ".hidden"));
  EXPECT_TRUE(MatchName(".*", ".hidden"));
}

TEST(HasImageExtension, InAnyCase) {
  for (const char* name : {"a.jpg", "a.JPEG", "a.Png", "a.bmp", "a.webp", "a.tif", "a.TIFF"}) {
    EXPECT_TRUE(HasImageExtension(name)) << name;
  }
  for (const char* name : {"a.txt", "jpg", "a.jpg.bak", "a.gif"}) {
    EXPECT_FALSE(HasImageExtension(name)) << name;
  }
}

TEST(MatchPattern, AFolderGivesItsPicturesAtAnyDepth) {
  const TempTree tree;
  tree.Make(
      {"b.jpg", "a/c.PNG", "a/b/d.tiff", "notes.txt", ".hidden.jpg", ".git/x.jpg", "a/._c.PNG"});
  const MatchedFiles found = MatchPattern(tree.Root().string() + "/");
  EXPECT_EQ(found.root, tree.Root());
  EXPECT_THAT(Sorted(found.files), ElementsAre("a/b/d.tiff", "a/c.PNG", "b.jpg"));
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST(MatchPattern, AFileThatIsNamedCountsWhateverItsExtension) {
  const TempTree tree;
  tree.Make({"scan.dat", "odd*name?.jpg"});
  EXPECT_THAT(Match(tree.Path("scan.dat")), ElementsAre("scan.dat"));
  EXPECT_THAT(Match(tree.Path("odd*name?.jpg")), ElementsAre("odd*name?.jpg"));
}

TEST(MatchPattern, Globs) {
  const TempTree tree;
  tree.Make({"1/a.jpg", "1/b.png", "1/x/c.jpg", "2/d.jpg", "2/e.dat", "2/.f.jpg", "top.jpg"});
  EXPECT_THAT(Match(tree.Path("1/*.jpg")), ElementsAre("a.jpg"));
  EXPECT_THAT(Match(tree.Path("*/*.jpg")), ElementsAre("1/a.jpg", "2/d.jpg"));
  EXPECT_THAT(Match(tree.Path("**/*.jpg")),
              ElementsAre("1/a.jpg", "1/x/c.jpg", "2/d.jpg", "top.jpg"));
  EXPECT_THAT(Match(tree.Path("**/x/*.jpg")), ElementsAre("1/x/c.jpg"));
  EXPECT_THAT(Match(tree.Path("?/*")), ElementsAre("1/a.jpg", "1/b.png", "2/d.jpg"));
  EXPECT_THAT(Match(tree.Path("2/*.dat")), ElementsAre("e.dat"));
  EXPECT_THAT(Match(tree.Path("1/**")), ElementsAre("a.jpg", "b.png", "x/c.jpg"));
  EXPECT_THAT(Match(tree.Path("**/**/d.jpg")), ElementsAre("2/d.jpg"));
  EXPECT_THAT(Match(tree.Path("3/*.jpg")), IsEmpty());
  EXPECT_THAT(Match(tree.Path("1/../2/*.jpg")), ElementsAre("d.jpg"));
}

TEST(MatchPattern, RootIsTheLiteralPartOfAGlob) {
  const TempTree tree;
  tree.Make({"1/x/c.jpg"});
  EXPECT_EQ(MatchPattern(tree.Path("1/x/*.jpg")).root, tree.Root() / "1/x");
  EXPECT_EQ(MatchPattern(tree.Path("1/*/c.jpg")).root, tree.Root() / "1");
  EXPECT_EQ(MatchPattern(tree.Path("1/x/c.jpg")).root, tree.Root() / "1/x");
}

TEST(MatchPattern, LinksAreFollowedButNotInCircles) {
  const TempTree tree;
  tree.Make({"data/a.jpg", "elsewhere/b.jpg"});
  fs::create_directory_symlink(tree.Root() / "elsewhere", tree.Root() / "data/linked");
  fs::create_directory_symlink(tree.Root() / "data", tree.Root() / "data/loop");
  fs::create_directory_symlink(tree.Root() / "data", tree.Root() / "elsewhere/back");
  fs::create_symlink("nowhere.jpg", tree.Root() / "data/broken.jpg");
  const MatchedFiles found = MatchPattern(tree.Path("data"));
  EXPECT_THAT(Sorted(found.files), ElementsAre("a.jpg", "broken.jpg", "linked/b.jpg"));
  EXPECT_THAT(found.warnings,
              testing::UnorderedElementsAre(HasSubstr("data/loop is left out: it contains itself"),
                                            HasSubstr("data/linked/back is left out")));
  EXPECT_THAT(Match(tree.Path("data/**/*.jpg")),
              ElementsAre("a.jpg", "broken.jpg", "linked/b.jpg"));
}

TEST(MatchPattern, NamesThatAreNotUtf8AreLeftOutWithAWarning) {
  const TempTree tree;
  tree.Make({"good.jpg", "caf\xE9.jpg"});
  const MatchedFiles found = MatchPattern(tree.Root().string());
  EXPECT_THAT(found.files, ElementsAre("good.jpg"));
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("caf\\xE9.jpg is left out")));
}

TEST(MatchPattern, AFolderThatMayNotBeReadLeavesAWarning) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read every folder";
  const TempTree tree;
  tree.Make({"a.jpg", "closed/b.jpg"});
  fs::permissions(tree.Root() / "closed", fs::perms::none);
  const MatchedFiles found = MatchPattern(tree.Root().string());
  fs::permissions(tree.Root() / "closed", fs::perms::owner_all);
  EXPECT_THAT(found.files, ElementsAre("a.jpg"));
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("closed is left out: Permission denied")));
}

TEST(MatchPattern, PipesAreNoPictures) {
  const TempTree tree;
  ASSERT_EQ(mkfifo(tree.Path("pipe.jpg").c_str(), 0600), 0);
  EXPECT_THAT(Match(tree.Root().string()), IsEmpty());
}

}  // namespace
}  // namespace prelabel
