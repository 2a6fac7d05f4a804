"""Boards over the whole picture: made when they are asked for, from several views."""
