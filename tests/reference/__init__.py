"""Peers that know nothing of the package: networks written by hand in torch, TensorFlow's rule in numpy.

``facts.json`` holds figures counted by other tools on other people's model definitions; the networks here are held
against it before anything is held against them.
"""
