"""What is carried to families without a server of ours: a stick's folder, files for Kiwix, a copy at another host."""
