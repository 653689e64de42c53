#include "app/preset_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace outboard::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

class PresetFile : public testing::Test {
protected:
    PresetFile() {
        auto pattern = (fs::temp_directory_path() / "outboard-preset-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~PresetFile() override { fs::remove_all(folder_); }
    [[nodiscard]] std::string file() const { return (folder_ / "deep" / "Soft.json").string(); }
    [[nodiscard]] std::string complaint(const std::string& text) const {
        fs::create_directories(folder_ / "deep");
        std::ofstream(file()) << text;
        try {
            (void)read_preset(file());
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "";
    }
    fs::path folder_;
};

TEST_F(PresetFile, HoldsAllParameters) {
    const scripting::ParameterValues values{{"gate", 0.25},
                                            {"steps[0]", 1.0},
                                            {"steps[1]", 0.5},
                                            {"morph[0]", 0.125},
                                            {"scale", std::string("/scales/ü.scl")}};
    write_preset(file(), "arpeggiator", values);
    EXPECT_THAT(read_preset(file()), UnorderedElementsAreArray(values));
}

TEST_F(PresetFile, SaysWhatIsWrong) {
    EXPECT_THAT(complaint("{"), HasSubstr("is not the JSON that Outboard writes"));
    EXPECT_THAT(complaint("[1]"), HasSubstr("\"outboard_preset\""));
    EXPECT_THAT(complaint("{}"), HasSubstr("\"outboard_preset\""));
    EXPECT_THAT(complaint(R"({"outboard_preset": 9})"), HasSubstr("newer Outboard"));
    EXPECT_THAT(complaint(R"({"outboard_preset": 1, "parameters": 3})"), HasSubstr("names and values in braces"));
    EXPECT_THAT(complaint(R"({"outboard_preset": 1, "parameters": {"a": [true]}})"), HasSubstr("numbers only"));
    EXPECT_THAT(complaint(R"({"outboard_preset": 1, "parameters": {"a": {}}})"), HasSubstr("'a' is none"));
    fs::remove_all(folder_ / "deep");
    try {
        (void)read_preset(file());
        ADD_FAILURE();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot be read"));
    }
}

}  // namespace
}  // namespace outboard::app
