// PresetBar: presets of the selected track's panel, and two sets of values to compare, A and B.
#pragma once

#include <QWidget>

#include <map>

#include "ui/desk.h"

class QPushButton;

namespace outboard::ui {

class PresetBar : public QWidget {
    Q_OBJECT

public:
    explicit PresetBar(Desk& desk, QWidget* parent = nullptr);

    /// All values of the selected track that the user can move.
    [[nodiscard]] scripting::ParameterValues values() const;
    /// Goes over to the other set: the present values are kept in the one that was in use.
    void compare();
    void save(const QString& name);
    void load(const QString& path);
    /// Files of the selected track's script, by name.
    [[nodiscard]] QStringList presets() const;

private:
    void refresh();
    void fill_menu();
    void ask_name();
    void apply(const scripting::ParameterValues& values);
    [[nodiscard]] QString script() const;
    [[nodiscard]] QString folder() const;

    struct Compared {
        bool second = false;  ///< B is in use
        std::optional<scripting::ParameterValues> other;
        scripting::Scripts scripts;
    };
    Desk& desk_;
    QPushButton* presets_ = nullptr;
    QPushButton* compare_ = nullptr;
    std::map<std::uint32_t, Compared> compared_;  ///< by track
};

}  // namespace outboard::ui
