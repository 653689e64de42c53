// A child that does nothing.
int main() {
    return 0;
}
