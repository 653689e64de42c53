// FileDrop: a place for a file. Drop one on it, or press it to choose one; Delete empties it.
#pragma once

#include <QPushButton>

#include "scripting/script_slot.h"

namespace outboard::ui {

class FileDrop : public QPushButton {
    Q_OBJECT

public:
    explicit FileDrop(const scripting::Parameter& parameter, QWidget* parent = nullptr);
    void show_path(const std::string& path);

signals:
    void chosen(const QString& path);  ///< empty: none any more

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] bool takes(const QString& path) const;
    void choose();

    QStringList endings_;  ///< ".wav"; empty: any
    QString path_;
};

}  // namespace outboard::ui
