"""A made-up 湖滨街道: seeded people and enterprises, planted mistakes, the files an office would hand in, the truth."""
