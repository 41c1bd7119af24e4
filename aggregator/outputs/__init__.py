"""What comes out: pure renderers, and the one part that touches a disk, the folder their files go to."""
